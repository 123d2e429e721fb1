import { uninstall as dropJournal } from "../execution/journal.ts"
import { archivesIn } from "../execution/archives.ts"
import { findHiddenColumns } from "../execution/schema/leftovers.ts"
import { displayName } from "../domain/relation.ts"
import type { App } from "./context.ts"
import { explainActive } from "./foreign-run.ts"

/** The archives of what was purged, which go with it for good. */
export async function archivesOf(app: App, target: string): Promise<readonly string[]> {
  const archives = await app.inTarget(app.target(target), "uninstall", archivesIn)
  return archives.map(displayName)
}

/** Hidden columns of runs that nobody brings to their end any more: they hold data, so they stay. */
export async function hiddenColumnsOf(app: App, target: string): Promise<readonly string[]> {
  const hidden = await app.inTarget(app.target(target), "uninstall", findHiddenColumns)
  return hidden.map(({ relation, name }) => `hidden column ${name} of ${displayName(relation)}`)
}

/** Removes everything of Sluice's own from a target. Refused by the journal while a run needs it. */
export async function uninstall(app: App, target: string): Promise<readonly string[]> {
  try {
    return await app.inTarget(app.target(target), "uninstall", dropJournal)
  } catch (error) {
    throw await explainActive(app, target, error)
  }
}
