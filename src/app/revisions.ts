import type { AppliedRevision } from "../execution/journal.ts"
import { SluiceError } from "../domain/errors.ts"
import { editedSince } from "../revisions/edited.ts"
import { missingParents } from "../revisions/parents-applied.ts"
import type { Revision } from "../revisions/revision.ts"
import type { App } from "./context.ts"
import { appliedIn } from "./journal-view.ts"
import { loadGraph } from "./load-graph.ts"
import { readRevisionsOf } from "./load-revisions.ts"

/** What is applied in a target: those revisions that no other applied one builds upon. */
export async function current(app: App, target: string): Promise<readonly PlacedRevision[]> {
  const applied = await appliedRevisionsOf(app, target)
  const parents = new Set(applied.flatMap((revision) => revision.parents))
  return placed(applied).filter((revision) => !parents.has(revision.id))
}

/** An applied revision, and what of that on which it builds isn't applied. */
export interface PlacedRevision extends AppliedRevision {
  readonly parentsMissing: readonly string[]
}

function placed(applied: readonly AppliedRevision[]): readonly PlacedRevision[] {
  return applied.map((revision) => ({ ...revision, parentsMissing: missingParents(revision, applied) }))
}

/** An applied revision, and how its file stands to what was applied. */
export interface HistoricRevision extends PlacedRevision {
  /** Whether the file was edited since; null: there is none here, or it can't be read. */
  readonly edited: boolean | null
}

/** Every applied revision, oldest first. */
export async function history(app: App, target: string): Promise<readonly HistoricRevision[]> {
  const applied = await appliedRevisionsOf(app, target)
  if (applied.length === 0) return []
  const here = await readableRevisions(app)
  const edited = new Set(editedSince(here, applied).map(({ id }) => id))
  const known = new Set(here.map(({ id }) => id))
  return placed(applied).map((revision) => ({
    ...revision,
    edited: known.has(revision.id) ? edited.has(revision.id) : null,
  }))
}

/** The folder's revisions without those that have mistakes: what was applied can be told without them. */
export async function readableRevisions(app: App): Promise<readonly Revision[]> {
  try {
    return (await readRevisionsOf(app.config.migrations)).revisions
  } catch (error) {
    if (error instanceof SluiceError && error.kind === "UserError") return []
    throw error
  }
}

export interface Head {
  readonly id: string
  readonly title: string
  readonly parents: readonly string[]
  /** Null where no target was named. */
  readonly applied: boolean | null
}

/** The graph's heads: several mean that a merge is due. */
export async function heads(app: App, target: string | null): Promise<readonly Head[]> {
  const graph = await loadGraph(app.config.migrations)
  const applied = target === null ? null : new Set((await appliedRevisionsOf(app, target)).map(({ id }) => id))
  return graph.heads.map((head) => {
    const { id, title, parents } = graph.find(head)
    return { id, title, parents, applied: applied?.has(id) ?? null }
  })
}

async function appliedRevisionsOf(app: App, target: string): Promise<readonly AppliedRevision[]> {
  return app.inTarget(app.target(target), "current", appliedIn)
}
