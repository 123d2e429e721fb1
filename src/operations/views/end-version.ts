import type { RelationName } from "../../domain/relation.ts"
import type { SqlStep } from "../../domain/step.ts"
import type { VersionSchema } from "../../domain/versions.ts"
import { ident, join, literal, qualified, sql } from "../../sql/sql.ts"
import { observation } from "../observe.ts"
import { sqlStep } from "../sql-step.ts"
import { forgetVersion } from "./create-version.ts"
import { hiddenName } from "./names.ts"
import { isHidden, isInUse, schemaExists } from "./observe-version.ts"

/**
 * Takes a version schema out of every search_path, as a part of the contract: a straggler must not go on writing a
 * shape that nothing carries over any more. Renaming locks no view; `ending` are those whose tables change their shape
 * in the same transaction: locked with them, a statement that waits there looks its names up again afterwards.
 */
export function hideVersionStep(version: VersionSchema, ending: readonly RelationName[]): SqlStep {
  const hidden = hiddenName(version)
  const rename = (from: string, to: string, isHiding: boolean) =>
    sql`ALTER SCHEMA ${ident(from)} RENAME TO ${ident(to)};
UPDATE sluice.version_schema SET name = ${literal(to)}, hidden = ${literal(isHiding)} WHERE name = ${literal(from)};`
  return sqlStep({
    id: `contract/${version.base}/version-views`,
    phase: "contract",
    summary: `Hide version schema ${version.name}`,
    sql: rename(version.name, hidden, true),
    undo: rename(hidden, version.name, false),
    observe: observation({
      after: sql`${isHidden(version)} AND NOT ${schemaExists(version.name)}`,
      before: sql`${isInUse(version)} AND NOT ${schemaExists(hidden)}`,
    }),
    lock: "none",
    endsOldShape: true,
    needs: [{ kind: "create-on-database" }],
    relations: ending
      .filter(({ schema }) => schema === version.base)
      .map(({ name }) => ({ schema: version.name, name })),
  })
}

/** Drops a hidden version schema for good; `views` are those that it holds. Nothing but definitions is lost. */
export function dropVersionStep(version: VersionSchema, views: readonly string[]): SqlStep {
  const name = hiddenName(version)
  const names = views.map((view) => qualified({ schema: name, name: view }))
  const dropViews = names.length === 0 ? [] : [sql`DROP VIEW ${join(names)};`]
  return sqlStep({
    id: `purge/${version.base}/version-views`,
    phase: "purge",
    summary: `Drop version schema ${version.name}`,
    // Without CASCADE: what somebody else has built upon it is theirs to remove.
    sql: join([...dropViews, sql`DROP SCHEMA ${ident(name)};`, forgetVersion(name)], "\n"),
    undo: null,
    observe: observation({ after: sql`NOT ${schemaExists(name)}`, before: isHidden(version) }),
    lock: "none",
    needs: [],
    relations: [],
  })
}
