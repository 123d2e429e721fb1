import type { Finding } from "../domain/finding.ts"
import { nearestName } from "../domain/nearest.ts"
import type { Revision } from "./revision.ts"

/** What is wrong with a set of revisions as a graph. Each mistake once. */
export function graphFindings(revisions: readonly Revision[]): readonly Finding[] {
  return [...duplicates(revisions), ...missingParents(revisions), ...cycles(revisions)]
}

function duplicates(revisions: readonly Revision[]): readonly Finding[] {
  const first = new Map<string, Revision>()
  return revisions.flatMap((revision): readonly Finding[] => {
    const other = first.get(revision.id)
    if (!other) {
      first.set(revision.id, revision)
      return []
    }
    const message = `The id ${revision.id} is taken by ${other.file} already`
    return [finding("DUPLICATE_REVISION", revision, message, "Give one of the two another id.")]
  })
}

function missingParents(revisions: readonly Revision[]): readonly Finding[] {
  const ids = revisions.map(({ id }) => id)
  const known = new Set(ids)
  return revisions.flatMap((revision) =>
    revision.parents
      .filter((parent) => !known.has(parent))
      .map((parent) => {
        const nearest = nearestName(parent, ids)
        const hint = nearest === null ? "Add the missing file, or mend parents:." : `Did you mean ${nearest}?`
        return finding("MISSING_PARENT", revision, `There is no revision ${parent}, named as a parent`, hint)
      }),
  )
}

/** One finding per cycle, however long, by a walk that knows its own path. */
function cycles(revisions: readonly Revision[]): readonly Finding[] {
  const byId = new Map(revisions.map((revision) => [revision.id, revision]))
  const state = new Map<string, "open" | "done">()
  const found: Finding[] = []
  for (const start of revisions) {
    const path: string[] = []
    const stack: { readonly id: string; readonly leaving: boolean }[] = [{ id: start.id, leaving: false }]
    for (let next = stack.pop(); next; next = stack.pop()) {
      if (next.leaving) {
        state.set(next.id, "done")
        path.pop()
        continue
      }
      if (state.get(next.id) === "open") {
        const circle = [...path.slice(path.indexOf(next.id)), next.id]
        const message = `A cycle: each comes after the next: ${circle.join(", ")}`
        found.push(
          finding("REVISION_CYCLE", start, message, "Remove one of these from the parents: of the one before it."),
        )
      }
      if (state.has(next.id)) continue
      state.set(next.id, "open")
      path.push(next.id)
      stack.push({ id: next.id, leaving: true })
      for (const parent of byId.get(next.id)?.parents ?? []) stack.push({ id: parent, leaving: false })
    }
  }
  return found
}

function finding(code: string, revision: Revision, message: string, hint: string): Finding {
  return { code, severity: "error", subject: revision.id, file: revision.file, message, hint }
}
