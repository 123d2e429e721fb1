import type { TargetConfig } from "../config/config.ts"
import type { DatabaseIdentity } from "../domain/database-identity.ts"
import type { Plan } from "../domain/plan.ts"
import type { RelationName } from "../domain/relation.ts"
import type { BackfillProgress, Blocker } from "../domain/run.ts"
import type { PlanEvidence } from "../planner/evidence.ts"

/** One run on one target: the first word of every execution function. */
export interface TargetRun {
  readonly run: string
  readonly plan: Plan
  readonly target: TargetConfig
  /** The name of the control database that the run belongs to (see whose-run.ts). */
  readonly control?: string
  /** The database that the one who started the run had in view; asked only before anything is touched. */
  readonly startedFor?: DatabaseIdentity
  /** Steps that are told to be done; on the way forward the target's journal must have them. Left out: nobody asks. */
  readonly told?: readonly string[]
  /** Loads what the plan was made from. Left out: nobody asks what has changed since. */
  readonly madeFrom?: () => Promise<Pick<PlanEvidence, "revisions" | "catalog">>
}

/** Whom execution tells what it sees while it works; implemented over the control database. */
export interface ExecutionObserver {
  /** Who is in the way of the step at this moment; empty once nobody is. */
  blockers(step: string, blockers: readonly Blocker[]): Promise<void>
  progress(step: string, progress: BackfillProgress): Promise<void>
  /** Keys of rows that don't fit, at most 100 per call: row data, so kept apart from errors, logs and ledger. */
  offendingKeys(step: string, code: string, relation: RelationName, keys: readonly string[]): Promise<void>
}
