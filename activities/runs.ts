import { SluiceError } from "../src/domain/errors.ts"
import type { RunEnd } from "../src/domain/run.ts"
import { outlineOf } from "../src/domain/plan.ts"
import type { Finding } from "../src/domain/finding.ts"
import { partsOfSkipped, stepsLeftBehind } from "../src/execution/left-behind.ts"
import type { TargetRun } from "../src/execution/target-run.ts"
import { endRun } from "../src/execution/end-run.ts"
import { journaledState } from "../src/execution/under-way.ts"
import { finishRun, loadRun, setFindings, setRunState } from "../src/ledger/runs.ts"
import { loadPlan } from "../src/ledger/plans.ts"
import { withSession } from "../src/postgres/session.ts"
import { heldSteps } from "../src/recovery/held-steps.ts"
import { attempted, mapped } from "./attempt.ts"
import type { ActivityDeps } from "./deps.ts"
import { observerFor } from "./observer.ts"
import { soakFor } from "./soak.ts"
import { targetRunOf } from "./target-run.ts"
import type { RunActivities, RunRef } from "./types.ts"
import { untilToldWhere } from "./until-let-in.ts"

/** The run has ended whether or not its report can be written: `status` then says why not, the ledger has it all. */
async function writeReport(deps: ActivityDeps, ref: RunRef): Promise<void> {
  try {
    await deps.writeReport(ref.run)
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    await setFindings(deps.control, ref.run, [{ ...error.finding, severity: "warning" }])
  }
}

/** What an aborted run has not taken back, a finding for each step. */
async function findLeftBehind(
  deps: ActivityDeps,
  run: TargetRun,
  leftOut: readonly string[],
): Promise<readonly Finding[]> {
  const held = heldSteps(await deps.ledger.entriesOf(run.run))
  return (await stepsLeftBehind(run, { leftOut, held })).map(({ step: { id, summary, undo }, isSeen }) => ({
    code: "LEFT_BEHIND",
    severity: "error",
    subject: id,
    message: isSeen
      ? `This was not undone, and what it did is still there: ${summary}`
      : `This was not undone, and no catalog tells whether what it did is still there: ${summary}`,
    hint:
      undo === null
        ? "It has no undo: take it back by hand, if at all."
        : `Take it back by hand, where it is still there; \`sluice plan --run ${run.run} --sql\` shows its undo.`,
  }))
}

/** What steps that were left out have left in the target of a run that has completed without them. */
async function findParts(deps: ActivityDeps, run: TargetRun): Promise<readonly Finding[]> {
  const { steps } = await loadRun(deps.control, run.run)
  const skipped = steps.filter(({ state }) => state === "skipped").map(({ id }) => id)
  return (await partsOfSkipped(run, skipped)).map(({ id, summary, repair }) => ({
    code: "INVALID_INDEX",
    severity: "warning",
    subject: id,
    message: `This was left out, and what a failed attempt at it made is still there and costs writes: ${summary}`,
    hint: `Drop it: ${repair ?? ""};`,
  }))
}

/**
 * The journal decides. Where it doesn't have the run, because it was never entered, the journal was taken away since, or
 * the run of that name there is another control database's,
 * the control database knows.
 */
async function endOf(deps: ActivityDeps, ref: RunRef): Promise<RunEnd | null> {
  const run = await targetRunOf(deps, ref)
  const journaled = await withSession({ url: run.target.url, applicationName: "sluice:end" }, (session) =>
    journaledState(session, run),
  )
  const state = journaled ?? (await loadRun(deps.control, ref.run)).state
  return state === "completed" || state === "aborted" ? state : null
}

/** The run as a whole: its state for `status`, its soak, its end. */
export function createRunActivities(deps: ActivityDeps): RunActivities {
  const { control } = deps
  return {
    loadOutline: (ref) => mapped(async () => outlineOf(await loadPlan(control, ref.planHash))),
    recordState: (ref, change) =>
      mapped((_, place) => setRunState(control, ref, { ...change, phase: ref.phase, place })),
    finishRun: (ref, outcome) =>
      mapped(async (attempt, place) => {
        // A target that refuses must not cost the run its workflow: nothing could wait for a person behind the last step.
        const end = await untilToldWhere(deps, ref, async () => {
          const run = await targetRunOf(deps, ref)
          const state = await endRun(run, outcome.state, attempt, observerFor(deps, ref, place))
          const leftBehind = state === "aborted" ? await findLeftBehind(deps, run, outcome.leftBehind ?? []) : []
          const warnings = state === "completed" ? await findParts(deps, run) : []
          return { state, leftBehind, warnings }
        })
        await finishRun(control, ref, { ...outcome, ...end })
        await writeReport(deps, ref)
        return { state: end.state }
      }),
    endOf: (ref) => mapped(() => untilToldWhere(deps, ref, () => endOf(deps, ref))),
    soak: (ref, milliseconds) =>
      attempted(deps, ref, null, (attempt, { decidedAt: begin }) =>
        soakFor(deps, ref, { begin, milliseconds }, attempt),
      ),
  }
}
