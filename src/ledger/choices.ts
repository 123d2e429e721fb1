import { returnGate } from "../domain/gate.ts"
import type { OperatorVerb, RunStatus } from "../domain/run.ts"
import { isAfter } from "../domain/phase.ts"

/**
 * The verbs that make sense for a run as it stands, as commands to type; the likeliest first. What a stopped step or undo
 * lets a person choose from, its workflow has told (`offered`); null where it is of a version that didn't.
 */
export function choicesOf(
  run: Pick<RunStatus, "run" | "state" | "phase" | "waitingFor">,
  offered: readonly OperatorVerb[] | null,
): readonly string[] {
  const command = (verb: string, options = ""): string => `sluice ${verb} ${run.run}${options}`
  // Once purge has begun, abort is refused, and undo leads back from the archive; at its gate, still waiting, it isn't.
  const purging = isAfter(run.phase, "purge") || (run.phase === "purge" && run.state !== "waiting")
  const abort = [command(purging ? "undo" : "abort")]
  switch (run.state) {
    case "waiting":
      return [
        command("proceed", run.waitingFor === null ? "" : ` --gate ${run.waitingFor}`),
        ...(run.waitingFor === returnGate ? [] : abort),
      ]
    case "paused":
      return [command("resume"), ...abort]
    case "needs-operator":
      return offered === null
        ? [command("retry"), ...abort]
        : offered.map((verb) => command(verb, verb === "skip" ? ' --reason "…"' : ""))
    case "running":
      // Keep may last for days; who needs the table before lets it end.
      return [command("pause"), ...abort, ...(run.phase === "keep" ? [command("proceed", " --gate purge")] : [])]
    case "completed":
      return [command("undo")]
    case "aborting":
    case "aborted":
      return []
  }
}
