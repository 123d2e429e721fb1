import { uninstall as dropJournal } from "../execution/journal.ts"
import type { App } from "./context.ts"

/** Removes everything of Sluice's own from a target. Refused by the journal while a run needs it. */
export async function uninstall(app: App, target: string): Promise<readonly string[]> {
  return app.inTarget(app.target(target), "uninstall", dropJournal)
}
