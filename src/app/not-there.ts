import type { TargetConfig } from "../config/config.ts"
import { RefusedError, SluiceError } from "../domain/errors.ts"
import { hasErrors } from "../domain/finding.ts"
import { firstFew } from "../domain/first-few.ts"
import { shellWord } from "../domain/shell-word.ts"
import { displayName } from "../domain/relation.ts"
import { catalogWish, judgeRevisions, referencedBy } from "../planner/compile.ts"
import type { Catalog } from "../catalog/model.ts"
import { readCatalog } from "../postgres/catalog-reader.ts"
import type { Session } from "../postgres/session.ts"
import type { Revision } from "../revisions/revision.ts"
import { loadParser } from "../sql/parser.ts"

/** They can't be done where they are done already: the name that they make is taken, or the one they take away is gone. */
const telling = new Set([
  "create_table",
  "add_column",
  "drop_column",
  "rename_column",
  "create_index",
  "create_constraint",
])

const mostNamed = 3

/**
 * Before revisions are recorded as applied without a run. One that could be carried out as it stands isn't there: recorded
 * all the same, it would never be. What raw SQL or another type would make nobody can tell. Throws RefusedError
 * REVISION_NOT_THERE.
 */
export async function demandThere(
  session: Session,
  target: TargetConfig,
  revisions: readonly Revision[],
): Promise<void> {
  if (revisions.length === 0) return
  await loadParser()
  const catalog = await readCatalog(session, catalogWish(revisions, target))
  const absent = lastOfEachTable(revisions, target)
    .filter((revision) => isAbsent(revision, catalog, target))
    .map(({ id }) => id)
  const [first] = absent
  if (first === undefined) return
  throw new RefusedError({
    code: "REVISION_NOT_THERE",
    subject: first,
    message: `${target.name} doesn't have what ${firstFew(absent, mostNamed)} would make: recorded as applied, it would never be made`,
    hint: `\`sluice start ${shellWord(first)} --target ${shellWord(target.name)}\` makes it. If it is as it should be all the same, record it with --unchecked.`,
  })
}

/** Of the others, a later one may have changed or taken away what they made. */
function lastOfEachTable(revisions: readonly Revision[], { schemas }: TargetConfig): readonly Revision[] {
  const touched = new Set<string>()
  return revisions.toReversed().filter((revision) => {
    const tables = referencedBy([revision], schemas[0] ?? "public").relations.map(displayName)
    const isLast = !tables.some((table) => touched.has(table))
    for (const table of tables) touched.add(table)
    return isLast
  })
}

function isAbsent(revision: Revision, catalog: Catalog, target: TargetConfig): boolean {
  if (!revision.operations.some(({ kind }) => telling.has(kind))) return false
  try {
    return !hasErrors(judgeRevisions([revision], catalog, { ...target, strategy: "expand-contract" }).findings)
  } catch (error) {
    if (error instanceof SluiceError && error.kind !== "BugError") return false
    throw error
  }
}
