import { uninstall as dropJournal } from "../execution/journal.ts"
import { RefusedError } from "../domain/errors.ts"
import type { App } from "./context.ts"
import { explainForeign } from "./foreign-run.ts"

/** Removes everything of Sluice's own from a target. Refused by the journal while a run needs it. */
export async function uninstall(app: App, target: string): Promise<readonly string[]> {
  try {
    return await app.inTarget(app.target(target), "uninstall", dropJournal)
  } catch (error) {
    if (!(error instanceof RefusedError) || error.code !== "RUN_ACTIVE") throw error
    throw await explainForeign(app, target, { run: error.finding.subject, refusal: error })
  }
}
