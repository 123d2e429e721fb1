import type { RelationName } from "../../domain/relation.ts"
import type { SqlStep } from "../../domain/step.ts"
import type { VersionSchema } from "../../domain/versions.ts"
import { ident, join, literal, sql } from "../../sql/sql.ts"
import { observation } from "../observe.ts"
import { sqlStep } from "../sql-step.ts"
import { doBlock } from "../sync/dollar-quoted.ts"
import { anyOf } from "../sync/group-direction.ts"
import { hiddenName } from "./names.ts"
import { isHidden, isInUse, schemaExists } from "./observe-version.ts"
import { rememberVersion, restoreVersions } from "./version-definition.ts"

/**
 * Takes a version schema out of every search_path, as a part of the contract: a straggler must not go on writing a
 * shape that nothing carries over any more. Renaming locks no view; `ending` are those whose tables change their shape
 * in the same transaction: locked with them, a statement that waits there looks its names up again afterwards.
 */
export function hideVersionStep(version: VersionSchema, ending: readonly RelationName[]): SqlStep {
  const hidden = hiddenName(version)
  const rename = (from: string, to: string, isHiding: boolean) =>
    sql`ALTER SCHEMA ${ident(from)} RENAME TO ${ident(to)};
DELETE FROM sluice.version_schema WHERE name = ${literal(to)}; -- of a schema that somebody has dropped
UPDATE sluice.version_schema SET name = ${literal(to)}, hidden_at = ${isHiding ? sql`now()` : sql`NULL`} WHERE name = ${literal(from)};`
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

/**
 * Drops for good the version schemas of one base that the contract has hidden. Those that earlier runs have hidden and
 * still keep go with them: their shape lies behind this one, and while they are there PostgreSQL drops no column that
 * they show. Only definitions go, and those are kept for the way back.
 */
export function dropVersionsStep(base: string, versions: readonly VersionSchema[]): SqlStep {
  const names = versions.map(hiddenName)
  return sqlStep({
    id: `purge/${base}/version-views`,
    phase: "purge",
    summary: `Drop version schema ${versions.map(({ name }) => name).join(", ")}`,
    sql: doBlock(sql`
DECLARE
  gone text;
  views text;
BEGIN
  FOR gone IN
    SELECT v.name FROM sluice.version_schema AS v
     WHERE v.base = ${literal(base)}
       AND v.hidden_at <= (SELECT max(o.hidden_at) FROM sluice.version_schema AS o WHERE o.name IN (${join(names.map(literal))}))
  LOOP
    ${rememberVersion(sql`gone`)}
    SELECT string_agg(format('%I.%I', n.nspname, c.relname), ', ') INTO views
      FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
     WHERE n.nspname = gone AND c.relkind = 'v';
    IF views IS NOT NULL THEN
      EXECUTE 'DROP VIEW ' || views;
    END IF;
    -- without CASCADE: what somebody else has put there or built upon it is theirs to remove
    EXECUTE format('DROP SCHEMA IF EXISTS %I', gone);
    DELETE FROM sluice.version_schema AS v WHERE v.name = gone;
  END LOOP;
END
`),
    undo: restoreVersions(base),
    observe: observation({
      after: sql`NOT (${anyOf(names.map(schemaExists))})`,
      before: anyOf(versions.map((version) => sql`(${isHidden(version)})`)),
    }),
    lock: "none",
    needs: [],
    relations: [],
  })
}
