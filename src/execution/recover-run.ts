import type { TargetConfig } from "../config/config.ts"
import { RefusedError } from "../domain/errors.ts"
import { hashOf } from "../domain/hash.ts"
import type { Plan } from "../domain/plan.ts"
import { displayName } from "../domain/relation.ts"
import type { Step } from "../domain/step.ts"
import { withSession, type Session } from "../postgres/session.ts"
import type { Attempt } from "./attempt.ts"
import { doneAfter, readJournal } from "./journal-rows.ts"
import { findRuns, runUnknown, setRunState, type JournaledRun } from "./run-rows.ts"
import { findHiddenColumns, findLeftovers } from "./schema/leftovers.ts"
import { ensureJournal } from "./schema/ensure-journal.ts"
import type { ExecutionObserver } from "./target-run.ts"
import { undoStep } from "./undo-step.ts"

/** What became of a run that no control database knows any more. */
export interface Recovered {
  readonly run: string
  readonly state: "aborted" | "completed"
  /** Summaries of the steps that were undone, in the order of their undoing. */
  readonly undone: readonly string[]
  /** What stays in the target. */
  readonly left: readonly string[]
  /** Under which its workflow was started. */
  readonly workflowId: string
}

/** Nobody listens: what a person needs to know is in the error. */
const silent: ExecutionObserver = { blockers: async () => {}, progress: async () => {}, offendingKeys: async () => {} }

/**
 * Ends a run by the target's journal alone. One that hasn't contracted is undone, last step first, by the plan that lies
 * there; broken off, it may be called again. One that has contracted, also where it was on its way back from there, or has
 * no plan there, only gives its place up: `left` then says what stays. Throws RefusedError RUN_UNKNOWN or RUN_ENDED, and
 * what undoStep throws.
 */
export async function recoverRun(
  { run, target }: { readonly run: string; readonly target: TargetConfig },
  attempt: Attempt,
): Promise<Recovered> {
  const inTarget = <T>(work: (session: Session) => Promise<T>): Promise<T> =>
    withSession({ url: target.url, applicationName: "sluice:recover", signal: attempt.signal }, work)
  const { found, plan, done } = await inTarget(async (session) => {
    await ensureJournal(session)
    const found = await openRun(session, run)
    return { found, plan: await planOf(session, run), done: doneAfter(await readJournal(session, run)) }
  })
  const undone: string[] = []
  const isContracted = found.state === "contracted" || standsBehindContract(plan, done)
  if (!isContracted && plan) {
    for (const step of plan.steps.filter(hasOwnUndo).toReversed()) {
      const outcome = await undoStep({ run, plan, target }, step, attempt, silent)
      if (outcome === "done") undone.push(step.summary)
    }
  }
  return inTarget(async (session) => {
    const left = await whatIsLeft(session, found, { plan, isContracted })
    const state = isContracted ? "completed" : "aborted"
    await setRunState(session, run, state)
    return { run, state, undone, left, workflowId: found.workflowId }
  })
}

/** What a backfill filled goes with its columns; steps from contract on haven't begun in a run that is active. */
function hasOwnUndo(step: Step): boolean {
  return step.action === "sql" && step.undo !== null && step.phase !== "contract" && step.phase !== "purge"
}

/**
 * A run on its way back is active again, and the old shape may be hidden still, or gone: taken away now, the new one would
 * leave neither.
 */
function standsBehindContract(plan: Plan | null, done: readonly string[]): boolean {
  const behind = plan?.steps.filter(({ phase, back }) => !back && (phase === "contract" || phase === "purge")) ?? []
  return behind.some(({ id }) => done.includes(id))
}

async function openRun(session: Session, run: string): Promise<JournaledRun> {
  const found = (await findRuns(session)).find((other) => other.run === run)
  if (!found) throw runUnknown(run)
  if (found.state === "active" || found.state === "contracted") return found
  throw new RefusedError({
    code: "RUN_ENDED",
    subject: run,
    message: `the target's journal has the run as ${found.state}`,
    hint: "There is nothing to recover.",
  })
}

/** Null where none lies there, or one that doesn't give the run's hash: nothing is undone by guesses. */
async function planOf(session: Session, run: string): Promise<Plan | null> {
  const [row] = await session.query<{ plan: string | null; hash: string }>(
    "SELECT plan, plan_hash AS hash FROM sluice.run WHERE run = $1",
    [run],
  )
  if (!row?.plan) return null
  const plan = JSON.parse(row.plan) as Plan
  const { hash, ...body } = plan
  return hash === row.hash && hashOf(body) === hash ? plan : null
}

/** Steps that stand as done, and triggers, marker columns and hidden ones on the run's relations. */
async function whatIsLeft(
  session: Session,
  { run, relations }: JournaledRun,
  { plan, isContracted }: { readonly plan: Plan | null; readonly isContracted: boolean },
): Promise<string[]> {
  const done = doneAfter(await readJournal(session, run))
  // What a backfill has filled went with its columns.
  const acts = isContracted ? ["sql", "backfill"] : ["sql"]
  // A step for the way back alone did nothing on the way there.
  const acted = plan?.steps.filter(({ id, action, back }) => !back && acts.includes(action) && done.includes(id))
  const summaries = (acted?.map(({ summary }) => summary) ?? done).map((what) => `done: ${what}`)
  const ours = (await findLeftovers(session)).filter(({ relation }) => relations.includes(displayName(relation)))
  const hidden = (await findHiddenColumns(session)).filter(({ relation }) => relations.includes(displayName(relation)))
  return [
    ...summaries,
    ...ours.map(({ relation, kind, name }) => `${kind} ${name} of ${displayName(relation)}`),
    ...hidden.map(({ relation, name }) => `hidden column ${name} of ${displayName(relation)}, with its data`),
  ]
}
