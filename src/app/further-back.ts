import { SluiceError } from "../domain/errors.ts"
import type { Finding } from "../domain/finding.ts"
import { hasEnded, type RunStatus } from "../domain/run.ts"
import type { JournaledRunState } from "../execution/journal.ts"
import { journaledState } from "../execution/under-way.ts"
import { withSession } from "../postgres/session.ts"
import type { App } from "./context.ts"

/** An ended run that the target has further back: only an older state of the target can say so. */
export interface FurtherBack {
  readonly finding: Finding
  readonly choices: readonly string[]
}

/**
 * What there is to say where a run has ended here and the target's journal has it under way, or completed where it was
 * undone: the target was restored, or failed over, to an older state. Null where the two agree, and where the target
 * can't be asked in time.
 */
export async function furtherBack(app: App, status: RunStatus, withinMs: number): Promise<FurtherBack | null> {
  const target = app.config.targets[status.target]
  if (!target || !hasEnded(status.state)) return null
  const options = { url: target.url, applicationName: "sluice:cli:status", withinMs }
  try {
    const own = await app.ownRun(status.run)
    const there = await withSession(options, (session) => journaledState(session, own))
    return there !== null && isFurtherBack(status.state, there) ? told(status, there) : null
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    return null
  }
}

export function isFurtherBack(here: "completed" | "aborted", there: JournaledRunState): boolean {
  return there === "active" || there === "contracted" || (here === "aborted" && there === "completed")
}

function told({ run, state }: RunStatus, there: JournaledRunState): FurtherBack {
  const ways = waysOut({ run, state }, there)
  return {
    finding: {
      code: "UNDER_WAY_IN_TARGET",
      severity: "error",
      subject: run,
      message: `the run has ended here (${state}), and stands as ${there} in the target: that was restored, or failed over, to an older state`,
      hint: ways.map(({ command, what }) => `${command} ${what}`).join("; "),
    },
    choices: ways.map(({ command }) => command),
  }
}

interface WayOut {
  readonly command: string
  readonly what: string
}

/** The commands that bring the target to where the run has ended, or all the way back. `there`: null, not known. */
export function waysOut(
  { run, state }: Pick<RunStatus, "run" | "state">,
  there: JournaledRunState | null,
): readonly WayOut[] {
  const recover = `sluice recover ${run}`
  if (state === "aborted") return [{ command: recover, what: "takes it up again and undoes it there" }]
  const undo = { command: `sluice undo ${run}`, what: "brings the old shape back and undoes it there" }
  return there === "active" ? [undo] : [{ command: recover, what: "carries out the purge again" }, undo]
}
