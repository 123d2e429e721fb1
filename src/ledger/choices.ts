import type { RunStatus } from "../domain/run.ts"
import { isAfter } from "../domain/phase.ts"

/** The verbs that make sense for a run as it stands, as commands to type; the likeliest first. */
export function choicesOf(run: Pick<RunStatus, "run" | "state" | "phase" | "waitingFor">): readonly string[] {
  const command = (verb: string, options = ""): string => `sluice ${verb} ${run.run}${options}`
  // Once purge has begun, abort is refused; at its gate, still waiting, it isn't.
  const purging = isAfter(run.phase, "purge") || (run.phase === "purge" && run.state !== "waiting")
  const abort = purging ? [] : [command("abort")]
  switch (run.state) {
    case "waiting":
      return [command("proceed", run.waitingFor === null ? "" : ` --gate ${run.waitingFor}`), ...abort]
    case "paused":
      return [command("resume"), ...abort]
    case "needs-operator":
      return [command("retry"), ...abort, command("skip", ' --reason "…"')]
    case "running":
      return [command("pause"), ...abort]
    case "aborting":
    case "completed":
    case "aborted":
      return []
  }
}
