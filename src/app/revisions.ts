import type { AppliedRevision } from "../execution/journal.ts"
import type { App } from "./context.ts"
import { appliedIn } from "./journal-view.ts"
import { loadGraph } from "./load-graph.ts"

/** What is applied in a target: those revisions that no other applied one builds upon. */
export async function current(app: App, target: string): Promise<readonly AppliedRevision[]> {
  const applied = await appliedRevisionsOf(app, target)
  const parents = new Set(applied.flatMap((revision) => revision.parents))
  return applied.filter((revision) => !parents.has(revision.id))
}

/** Every applied revision, oldest first. */
export async function history(app: App, target: string): Promise<readonly AppliedRevision[]> {
  return appliedRevisionsOf(app, target)
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
