import { SluiceError } from "../domain/errors.ts"
import type { Finding } from "../domain/finding.ts"
import { displayName } from "../domain/relation.ts"
import { hasEnded, isUnwinding, type OffendingRows, type RunStatus } from "../domain/run.ts"
import type { Control } from "../ledger/control.ts"
import { gatesPassedOf, lastPauseOf, lastWayBackOf } from "../ledger/decisions.ts"
import { deadlineOf } from "../ledger/deadline.ts"
import { gateRefusalOf, type GateRefusal } from "../ledger/gate-refusal.ts"
import { listOffendingKeys } from "../ledger/offending-keys.ts"
import { loadPlan } from "../ledger/plans.ts"
import { listRuns, loadRun } from "../ledger/run-status.ts"
import { stillInTheWay } from "./rows-in-the-way.ts"
import type { App } from "./context.ts"
import { editedSinceStart } from "./edited-since-start.ts"
import { requireWorker } from "./probe.ts"
import { findRun } from "./runs.ts"
import { targetAway } from "./target-away.ts"
import { isOrphaned, whyOrphaned } from "./workflow-state.ts"
import { furtherBack } from "./further-back.ts"

/** Temporal and the target are asked on the side: status must answer at once without them too. */
const askDeadlineMs = 1500

/**
 * Where a run stands, from the control database alone. What is missing for it to go on (the target, Temporal, a worker,
 * its own workflow) is added as findings.
 */
export async function showStatus(app: App, run: string): Promise<RunStatus> {
  const found = await findRun(app, run)
  const control = await app.control()
  const refused = await gateRefusalOf(control, found)
  // A gate that was refused to its own mode waits for a person.
  const until = refused?.byMode ? null : await deadlineOf(control, found, await loadPlan(control, found.planHash))
  const status = {
    ...found,
    findings: [...found.findings, ...(refused ? [stillShut(found, refused)] : [])],
    until,
    paused: found.state === "paused" ? await lastPauseOf(control, found.run) : null,
    sentBack: isUnwinding(found) ? await lastWayBackOf(control, found.run) : null,
    offendingRows: stillInTheWay(found, await offendingRowsOf(control, found.run)),
  }
  if (hasEnded(status.state)) {
    const back = await furtherBack(app, status, askDeadlineMs)
    return back === null ? status : { ...status, findings: [...status.findings, back.finding], choices: back.choices }
  }
  // Once the purge gate was passed an abort is refused, of a lost run too.
  const isPurging = async (run: string): Promise<boolean> => (await gatesPassedOf(control, run)).includes("purge")
  const [away, { findings: missing, orphaned }] = await Promise.all([
    targetAway(app, status, askDeadlineMs),
    findWhatIsMissing(app, () => loadRun(control, status.run), isPurging),
  ])
  // Only a stop sends people to their files. Those of another folder than the run's, or none, say nothing.
  const edited = status.state === "needs-operator" ? await editedHere(app, status) : []
  const findings = [...(away === null ? [] : [away]), ...missing, ...edited]
  if (findings.length === 0) return status
  return {
    ...status,
    findings: [...status.findings, ...findings],
    choices: orphaned ? waysOut(status.run, await isPurging(status.run)) : status.choices,
  }
}

async function editedHere(app: App, status: RunStatus): Promise<readonly Finding[]> {
  try {
    return await editedSinceStart(app, status)
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    return []
  }
}

function stillShut({ run, waitingFor }: RunStatus, { at, code, message, byMode }: GateRefusal): Finding {
  const who = byMode ? "when the gate would have passed by itself" : "when somebody let the run through"
  return {
    code,
    severity: "warning",
    subject: `gate ${waitingFor}`,
    message: `It was refused at ${at}, ${who}: ${message}`,
    hint: `Once that is seen to: sluice proceed ${run} --gate ${waitingFor}`,
  }
}

async function offendingRowsOf(control: Control, run: string): Promise<readonly OffendingRows[]> {
  const kept = await listOffendingKeys(control, run)
  return kept.map(({ step, code, relation, keys }) => ({ step, code, table: displayName(relation), keys }))
}

/** All runs, newest first, as the control database knows them; of those under way, also which have lost their workflow. */
export async function listAllRuns(app: App): Promise<readonly RunStatus[]> {
  const control = await app.control()
  return Promise.all((await listRuns(control)).map((status) => withLoss(app, control, status)))
}

async function withLoss(app: App, control: Control, status: RunStatus): Promise<RunStatus> {
  if (hasEnded(status.state)) return status
  const why = await whyOrphaned(app.temporal(), () => loadRun(control, status.run), askDeadlineMs)
  return why === null ? status : { ...status, findings: [...status.findings, orphanedFinding(status.run, why)] }
}

async function findWhatIsMissing(
  app: App,
  load: () => Promise<RunStatus>,
  isPurging: (run: string) => Promise<boolean>,
): Promise<{ readonly findings: readonly Finding[]; readonly orphaned: boolean }> {
  const link = app.temporal()
  const findings: Finding[] = []
  try {
    const why = await isOrphaned(link, load, askDeadlineMs)
    if (why !== null) {
      const { run } = await load()
      return { findings: [orphanedFinding(run, why, await isPurging(run))], orphaned: true }
    }
    await requireWorker(link, (await load()).workflowId)
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    findings.push(error.code === "NO_WORKER" ? missingWorker(error) : { ...error.finding, severity: "warning" })
  }
  return { findings, orphaned: false }
}

function missingWorker({ finding }: SluiceError): Finding {
  const message = `no worker polls ${finding.subject}: the run rests until one does`
  return { ...finding, severity: "warning", message, hint: "start one: sluice worker (or sluice dev)" }
}

/** The run still holds its place in the target, but nothing carries it on. */
export function orphanedFinding(run: string, why: string, purging = false): Finding {
  return {
    code: "ORPHANED",
    severity: "error",
    subject: run,
    message: `the run lost its workflow: ${why}`,
    hint: purging
      ? `sluice retry ${run} brings it to its end; what was hidden is being dropped, so nothing undoes it any more`
      : `sluice retry ${run} takes it up where it stands; sluice abort ${run} undoes it`,
  }
}

function waysOut(run: string, purging: boolean): readonly string[] {
  return [`sluice retry ${run}`, ...(purging ? [] : [`sluice abort ${run}`])]
}
