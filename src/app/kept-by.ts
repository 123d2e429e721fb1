import type { Finding } from "../domain/finding.ts"
import type { RunStatus } from "../domain/run.ts"
import { utc } from "../domain/utc.ts"
import type { JournaledRun } from "../execution/journal.ts"
import { deadlineOf } from "../ledger/deadline.ts"
import { loadPlan } from "../ledger/plans.ts"
import type { App } from "./context.ts"
import { knownRun } from "./foreign-run.ts"

/**
 * Names the run that keeps hidden columns on the table of a HIDDEN_COLUMNS_KEPT, until when it does, and what ends that
 * earlier. A run that this control database doesn't know is named alone.
 */
export async function tellWhoKeeps(
  app: App,
  runs: readonly JournaledRun[],
  findings: readonly Finding[],
): Promise<readonly Finding[]> {
  return Promise.all(
    findings.map(async (finding) => {
      if (finding.code !== "HIDDEN_COLUMNS_KEPT") return finding
      const keeping = runs.filter(
        ({ state, relations }) => state === "contracted" && relations.includes(finding.subject),
      )
      if (keeping.length === 0) return finding
      const hints = await Promise.all(keeping.map(({ run }) => wayOn(app, run)))
      return { ...finding, hint: hints.join(" ") }
    }),
  )
}

async function wayOn(app: App, run: string): Promise<string> {
  const undo = `or undo it: sluice undo ${run}`
  const known = await knownRun(app, run)
  if (known === null || known === "unasked") return `Let ${run} through its purge gate first, ${undo}`
  const where = known.phase === "keep" && known.state === "running" ? await keepsUntil(app, known) : ""
  return `Let ${run} through its purge gate first${where}: sluice proceed ${run} --gate purge; ${undo}`
}

async function keepsUntil(app: App, status: RunStatus): Promise<string> {
  const control = await app.control()
  const until = await deadlineOf(control, status, await loadPlan(control, status.planHash))
  return until === null ? "" : ` (it keeps what it hid until ${utc(until)}, or until you end that)`
}
