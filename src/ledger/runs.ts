import type { DatabaseIdentity } from "../domain/database-identity.ts"
import { RefusedError } from "../domain/errors.ts"
import type { Plan } from "../domain/plan.ts"
import { Ledger } from "./chain.ts"
import type { Control, Transaction } from "./control.ts"
import { insertEvidence } from "./evidence.ts"
import { forgetOldKeys } from "./offending-keys.ts"

export { finishRun, setFindings, setRunState, type StateChange } from "./run-state.ts"
export { listRuns, loadRun, type RunFilter } from "./run-status.ts"
export { setBlockers, setProgress, stepBegan, stepEnded } from "./steps.ts"
export { listOffendingKeys, saveOffendingKeys, type OffendingKeys } from "./offending-keys.ts"

export interface NewRun {
  /** The target's name, or what bears it. */
  readonly target: string | { readonly name: string }
  /** Must be stored (see plans.ts). */
  readonly plan: Plan
  readonly startedBy: string
  readonly workflowId: string
  /** The database that is meant: evidence of the run, kind `target`. */
  readonly database?: DatabaseIdentity
  /** Names of runs that the target's journal knows: another control database may have given them. */
  readonly taken?: readonly string[]
}

/**
 * Writes a run down, before its workflow starts, with all steps pending, and says so in the ledger. Its name is
 * `<target>-<plan hash, 8>-<n>`: never given twice, also with several callers at the same time. Where the workflow
 * then doesn't start, the caller ends the run (`finishRun`). Throws RefusedError RUN_ACTIVE, and writes nothing, while
 * another run of the plan is open there.
 */
export async function createRun(control: Control, input: NewRun): Promise<{ readonly run: string }> {
  const target = typeof input.target === "string" ? input.target : input.target.name
  return new Ledger(control).within(async (tx, append) => {
    await forgetOldKeys(tx)
    await refuseOpenRun(tx, target, input.plan.hash)
    const prefix = `${target}-${input.plan.hash.slice(0, 8)}-`
    const number = Math.max(await nextNumber(tx, target, input.plan.hash), 1 + highest(prefix, input.taken ?? []))
    const run = `${prefix}${number}`
    await insertRun(tx, { ...input, target, run, number })
    await insertSteps(tx, run, input.plan)
    if (input.database)
      await insertEvidence(tx, { plan: input.plan.hash, run, kind: "target", content: input.database })
    const { startedBy: actor, workflowId, plan } = input
    const revisions = plan.revisions.map((revision) => revision.id)
    const detail = { plan: plan.hash, target, strategy: plan.strategy, revisions, workflowId }
    await append({ actor, kind: "run.started", run, detail })
    return { run }
  })
}

/** The ledger's turn is held: of two that start the plan at the same time, the second sees the first's run. */
async function refuseOpenRun(tx: Transaction, target: string, planHash: string): Promise<void> {
  const [open] = await tx.query<{ run: string }>(
    "SELECT run FROM sluice_control.run WHERE target = $1 AND plan_hash = $2 AND ended_at IS NULL",
    [target, planHash],
  )
  if (open) throw runActive(open.run)
}

/** The refusal of a plan, or of revisions, that another run is applying. */
export function runActive(run: string, cause?: unknown): RefusedError {
  const finding = {
    code: "RUN_ACTIVE",
    subject: run,
    message: `the run ${run} is applying this already`,
    hint: `sluice status ${run}`,
  }
  return new RefusedError(finding, { cause })
}

/** The ledger's turn is held, so nobody else counts at the same time. */
async function nextNumber(tx: Transaction, target: string, planHash: string): Promise<number> {
  const [row] = await tx.query<{ number: number }>(
    `SELECT coalesce(max(number), 0) + 1 AS number
       FROM sluice_control.run
      WHERE target = $1 AND left(plan_hash, 8) = left($2, 8)`,
    [target, planHash],
  )
  return row?.number ?? 1
}

/** The highest number among the names that begin like that; 0 where there is none. */
function highest(prefix: string, names: readonly string[]): number {
  const numbers = names.filter((name) => name.startsWith(prefix)).map((name) => Number(name.slice(prefix.length)))
  return Math.max(0, ...numbers.filter((number) => Number.isSafeInteger(number)))
}

async function insertRun(
  tx: Transaction,
  { run, target, plan, number, workflowId, startedBy }: NewRun & { target: string; run: string; number: number },
): Promise<void> {
  const revisions = JSON.stringify(plan.revisions.map((revision) => revision.id))
  await tx.query(
    `INSERT INTO sluice_control.run
            (run, target, plan_hash, number, workflow_id, strategy, revisions, started_by, state, phase)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'running', 'precheck')`,
    [run, target, plan.hash, number, workflowId, plan.strategy, revisions, startedBy],
  )
}

async function insertSteps(tx: Transaction, run: string, plan: Plan): Promise<void> {
  const steps = plan.steps.map(({ id, phase, summary, back }, position) => ({ id, phase, summary, back, position }))
  await tx.query(
    `INSERT INTO sluice_control.step (run, step, position, phase, summary, back)
     SELECT $1, id, position, phase, summary, coalesce(back, false)
       FROM jsonb_to_recordset($2) AS s (id text, position integer, phase text, summary text, back boolean)`,
    [run, JSON.stringify(steps)],
  )
}
