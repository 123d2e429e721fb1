import { SluiceError } from "../domain/errors.ts"
import type { Finding } from "../domain/finding.ts"
import type { RunStatus } from "../domain/run.ts"
import { withSession } from "../postgres/session.ts"
import type { App } from "./context.ts"

/** The code of what `status` tells of a target that is away, and so does a gate that can't open meanwhile. */
const code = "TARGET_UNREACHABLE"

/**
 * What there is to say where the run's target doesn't let us in: the run can't go on then, and the control database shows
 * what was told last. Null where it answers, where the run has said so itself, or where this configuration doesn't know
 * the target.
 */
export async function targetAway(
  app: App,
  { target: name, findings, updatedAt }: RunStatus,
  withinMs: number,
): Promise<Finding | null> {
  const target = app.config.targets[name]
  if (!target || findings.some((finding) => finding.code === code)) return null
  try {
    await withSession({ url: target.url, applicationName: "sluice:cli:status", withinMs }, async () => undefined)
    return null
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    return {
      code,
      severity: "warning",
      subject: name,
      message: `the target can't be reached from here: ${error.message}`,
      // Not in the message, which watch tells once: the run may go on trying, and say so.
      hint: `What is shown is as of ${updatedAt}, when the run was heard of last. It goes on once the target answers.`,
    }
  }
}
