import type { Finding } from "./finding.ts"
import type { Gates } from "./gate.ts"
import type { RelationName } from "./relation.ts"
import type { Step } from "./step.ts"
import type { Sync } from "./backfill.ts"
import type { Sql } from "../sql/sql.ts"
import type { PlanVersions } from "./versions.ts"

export const strategies = ["expand-contract"] as const
export type Strategy = (typeof strategies)[number]

/** A revision as the plan holds it: enough to record it as applied, and to see whether the file has changed. */
export interface PlannedRevision {
  readonly id: string
  readonly parents: readonly string[]
  readonly title: string
  /** sha256 of the revision's canonical content. */
  readonly contentHash: string
}

/** A promise about data that the precheck proves before anything is touched, e.g. that no computed value is NULL. */
export interface DataCheck {
  readonly code: string
  readonly relation: RelationName
  /** What is wrong with the rows that `sql` finds, for a person. */
  readonly message: string
  readonly hint: string
  /** Yields one text column `key` per offending row; the caller adds LIMIT. Values of other columns never leave. */
  readonly sql: Sql
  /** Where `sql` computes a value that can fail. Left out by earlier versions. */
  readonly each?: EachRow
}

/** A value computed over each row of a table. */
export interface EachRow {
  /** What it means where that fails, for a person. */
  readonly message: string
  /** Yields `key`, as the check does, and the row itself as `whole`. */
  readonly rows: Sql
  /** Over the row `t`. */
  readonly value: Sql
}

/** An expression that PostgreSQL itself has to accept before anything is touched. */
export interface ExpressionCheck {
  readonly relation: RelationName
  /** `public.users.email: up`. */
  readonly subject: string
  readonly expression: Sql
  /** The type that the value is assigned to, as `format_type` prints it. */
  readonly type: string
  /**
   * Where the expression is a column's default: named by the operation, or kept from the column as it was. PostgreSQL
   * has to cast it to the type without being told to.
   */
  readonly default?: "named" | "kept"
}

/** The content of a plan: pure data, made from revisions and catalog alone, so that it can be made again and compared. */
export interface PlanBody {
  readonly format: 1
  readonly target: string
  readonly strategy: Strategy
  readonly serverMajor: number
  readonly revisions: readonly PlannedRevision[]
  /** The relations that the plan touches. */
  readonly relations: readonly RelationName[]
  /** sha256 of each touched relation as the catalog showed it (or of `null` where it doesn't exist yet), by display name. */
  readonly shapes: Readonly<Record<string, string>>
  readonly gates: Gates
  readonly soakMs: number
  readonly keepMs: number
  readonly versions: PlanVersions
  readonly syncs: readonly Sync[]
  readonly steps: readonly Step[]
  readonly dataChecks: readonly DataCheck[]
  readonly expressionChecks: readonly ExpressionCheck[]
}

/** A plan with the hash of its body (sha256 of the canonical JSON, hex). Immutable. */
export interface Plan extends PlanBody {
  readonly hash: string
}

/** What the planner answers. The plan is `null` exactly when a finding is an error. */
export interface Compiled {
  readonly plan: Plan | null
  readonly findings: readonly Finding[]
}

/** What a workflow knows of a step: no SQL. */
export interface StepOutline {
  readonly id: string
  readonly phase: Step["phase"]
  readonly action: Step["action"]
  readonly summary: string
  readonly transactional: boolean
  readonly hasUndo: boolean
  /** True where an operator may leave the step out. */
  readonly skippable: boolean
  /** True where the step takes the old shape from applications. Not told by earlier versions. */
  readonly endsOldShape?: boolean
  /** True where the step stands in the plan for the way back alone. Not told by earlier versions, nor where it isn't so. */
  readonly back?: boolean
}

/** What a workflow knows of a plan: kept in history, so kept small. */
export interface PlanOutline {
  readonly hash: string
  readonly revisions: readonly string[]
  readonly steps: readonly StepOutline[]
  /** True where contract takes the old shape away from applications: then the way back stops between the two. */
  readonly hidesOldShape: boolean
}

export function outlineOf(plan: Plan): PlanOutline {
  return {
    hash: plan.hash,
    revisions: plan.revisions.map((revision) => revision.id),
    hidesOldShape: plan.steps.some(({ endsOldShape }) => endsOldShape),
    steps: plan.steps.map(({ id, phase, action, summary, transactional, undo, skippable, endsOldShape, back }) => ({
      id,
      phase,
      action,
      summary,
      transactional,
      hasUndo: undo !== null,
      skippable: skippable ?? false,
      endsOldShape: endsOldShape ?? false,
      ...(back && { back }),
    })),
  }
}
