import { UserError, throwOnErrors } from "../domain/errors.ts"
import type { Finding } from "../domain/finding.ts"
import { nearestName } from "../domain/nearest.ts"
import { byFileName } from "./file-name.ts"
import { graphFindings } from "./graph-findings.ts"
import type { Revision } from "./revision.ts"

/** The revisions and what comes before what. Immutable; questions about order throw where the graph has mistakes. */
export interface RevisionGraph {
  /** In the order of file names. */
  readonly revisions: readonly Revision[]
  /** Ids that no other revision names as a parent, in the order of file names. */
  readonly heads: readonly string[]
  /** Cycles, missing parents, duplicate ids. */
  readonly findings: readonly Finding[]
  /** The revision of that id, or of which it is the unmistakable beginning. Throws UserError UNKNOWN_REVISION. */
  find(id: string): Revision
  /** The only head. Throws UserError SEVERAL_HEADS or NO_REVISIONS. */
  head(): Revision
  /** All revisions, parents first; among equals the order of file names. */
  order(): readonly Revision[]
  /** What must be applied to arrive at `id`: it and its ancestors that are not applied yet, parents first. */
  pathTo(id: string, applied: readonly string[]): readonly Revision[]
  /** Applied revisions that no file describes: the folder is older than the database. */
  unknownOf(applied: readonly string[]): readonly string[]
}

export function buildGraph(given: readonly Revision[]): RevisionGraph {
  const revisions = given.toSorted((a, b) => byFileName(a.file, b.file))
  const byId = new Map(revisions.map((revision) => [revision.id, revision]))
  const parents = new Set(revisions.flatMap((revision) => revision.parents))
  const heads = [...byId.keys()].filter((id) => !parents.has(id))
  const findings = graphFindings(revisions)

  const find = (text: string): Revision => {
    const begins = revisions.filter(({ id }) => text !== "" && id.startsWith(text))
    const found = byId.get(text) ?? (begins.length === 1 ? begins[0] : undefined)
    if (!found) throw unknownRevision(text, [...byId.keys()], begins)
    return found
  }
  const order = (): readonly Revision[] => {
    throwOnErrors(findings)
    return parentsFirst(revisions, byId)
  }
  return {
    revisions,
    heads,
    findings,
    find,
    head: () => {
      const [only] = heads
      if (heads.length === 1 && only !== undefined) return find(only)
      throwOnErrors(findings)
      throw heads.length === 0 ? noRevisions() : severalHeads(heads)
    },
    order,
    pathTo: (id, applied) => {
      const wanted = ancestorsOf(find(id), byId)
      const done = new Set(applied)
      return order().filter((revision) => wanted.has(revision.id) && !done.has(revision.id))
    },
    unknownOf: (applied) => applied.filter((id) => !byId.has(id)),
  }
}

/** The revision and everything before it. */
function ancestorsOf(revision: Revision, byId: ReadonlyMap<string, Revision>): ReadonlySet<string> {
  const found = new Set<string>()
  const waiting = [revision]
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    if (found.has(next.id)) continue
    found.add(next.id)
    for (const parent of next.parents) {
      const known = byId.get(parent)
      if (known) waiting.push(known)
    }
  }
  return found
}

/** Depth first, from the first file on; the graph has no cycle here. Not recursive: histories grow long. */
function parentsFirst(revisions: readonly Revision[], byId: ReadonlyMap<string, Revision>): readonly Revision[] {
  const placed = new Set<string>()
  const ordered: Revision[] = []
  for (const start of revisions) {
    const stack = [start]
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const open = top.parents.find((parent) => !placed.has(parent) && byId.has(parent))
      const before = open === undefined ? undefined : byId.get(open)
      if (before) {
        stack.push(before)
        continue
      }
      stack.pop()
      if (placed.has(top.id)) continue
      placed.add(top.id)
      ordered.push(top)
    }
  }
  return ordered
}

function unknownRevision(text: string, known: readonly string[], begins: readonly Revision[]): UserError {
  const nearest = nearestName(text, known)
  const candidates = begins.map(({ id }) => id).join(", ")
  return new UserError({
    code: "UNKNOWN_REVISION",
    subject: text,
    message: candidates === "" ? `No revision ${text}` : `${text} may be any of ${candidates}`,
    hint: nearest === null ? `Known here: ${known.slice(-10).join(", ") || "none"}.` : `Did you mean ${nearest}?`,
  })
}

function severalHeads(heads: readonly string[]): UserError {
  return new UserError({
    code: "SEVERAL_HEADS",
    subject: heads.join(", "),
    message: `The revisions have ${heads.length} heads: ${heads.join(", ")}`,
    hint: "Name the one that you mean, or join them with `sluice merge`.",
  })
}

function noRevisions(): UserError {
  return new UserError({
    code: "NO_REVISIONS",
    subject: "migrations",
    message: "There are no revisions",
    hint: "`sluice new TITLE` makes the first.",
  })
}
