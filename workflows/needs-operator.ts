import { condition, isCancellation } from "@temporalio/workflow"
import type { Finding } from "../src/domain/finding.ts"
import type { Activities } from "./activities.ts"
import { findingOf, findingsOf } from "./failure.ts"
import { leaveWhereOver } from "./over.ts"
import { restWhilePaused } from "./rest.ts"
import type { Choice, RunProgress } from "./run-progress.ts"
import { show } from "./status.ts"

/**
 * Does the work; where it fails for good, stops safely as `needs-operator` with the reason and the choices, and does
 * what the operator chose. `verbs`: the choices, or what they are after such a failure. Never goes on in silence: skipping is somebody's decision, with a reason in the ledger.
 */
export async function untilDoneOrSkipped(
  progress: RunProgress,
  activities: Activities,
  subject: string,
  verbs: Choice["verbs"] | ((finding: Finding) => Choice["verbs"]),
  work: () => Promise<unknown>,
): Promise<"done" | "skipped"> {
  for (;;) {
    try {
      await work()
      return "done"
    } catch (error) {
      if (isCancellation(error)) throw error
      await leaveWhereOver(progress, activities, error)
      const step = progress.steps.some(({ id }) => id === subject) ? subject : null
      const finding = findingOf(error)
      const offered = typeof verbs === "function" ? verbs(finding) : verbs
      const chosen = await ask(progress, activities, error, { subject, step, finding, verbs: offered, chosen: null })
      if (chosen === "skip") return "skipped"
      await restWhilePaused(progress, activities)
    }
  }
}

async function ask(
  progress: RunProgress,
  activities: Activities,
  error: unknown,
  choice: Choice,
): Promise<"retry" | "skip"> {
  progress.choice = choice
  show(progress)
  try {
    await progress.turns.tell(() =>
      activities.quick.recordState(progress.ref, {
        state: "needs-operator",
        waitingFor: null,
        findings: findingsOf(error),
        choices: choice.verbs,
      }),
    )
    await condition(() => choice.chosen !== null)
  } finally {
    progress.choice = null
  }
  show(progress)
  return choice.chosen ?? "retry"
}
