import { returnGate } from "../domain/gate.ts"
import type { RunStatus } from "../domain/run.ts"
import { isAfter, type Phase } from "../domain/phase.ts"

/** What comes after rests on these: the workflow offers no way around them. */
const neverSkipped: ReadonlySet<Phase> = new Set(["precheck", "plan", "backup", "verify", "soak"])

/** The verbs that make sense for a run as it stands, as commands to type; the likeliest first. */
export function choicesOf(run: Pick<RunStatus, "run" | "state" | "phase" | "waitingFor">): readonly string[] {
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
      return [command("retry"), ...abort, ...(neverSkipped.has(run.phase) ? [] : [command("skip", ' --reason "…"')])]
    case "running":
      return [command("pause"), ...abort]
    case "completed":
      return [command("undo")]
    case "aborting":
    case "aborted":
      return []
  }
}
