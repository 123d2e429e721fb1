import { hiddenName } from "./names.ts"
import type { VersionSchema } from "../../domain/versions.ts"
import { join, literal, none, sql } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"
import type { VersionView } from "./version-view.ts"

/** There is a schema of that name, whoever made it. */
export function schemaExists(name: string): Sql {
  return sql`EXISTS (SELECT FROM pg_namespace AS n WHERE n.nspname = ${literal(name)})`
}

/** The schema is there, is ours, and applications can find it. */
export function isInUse(version: VersionSchema): Sql {
  return sql`${schemaExists(version.name)} AND ${isRecorded(version.name, false)}`
}

/** The schema was renamed away, and stands under its hidden name. */
export function isHidden(version: VersionSchema): Sql {
  const name = hiddenName(version)
  return sql`${schemaExists(name)} AND ${isRecorded(name, true)}`
}

function isRecorded(name: string, hidden: boolean): Sql {
  const state = hidden ? sql`v.hidden_at IS NOT NULL` : sql`v.hidden_at IS NULL`
  return sql`EXISTS (SELECT FROM sluice.version_schema AS v WHERE v.name = ${literal(name)} AND ${state})`
}

/**
 * What views a schema has, a row each: `name text`, `columns text[]`, `types text[]`, `caller boolean` (security_invoker).
 */
export function viewsIn(schema: string): Sql {
  const attributes = (value: Sql): Sql => sql`ARRAY (
             SELECT ${value} FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attnum > 0 ORDER BY a.attnum)`
  return sql`SELECT c.relname::text AS name,
           ${attributes(sql`a.attname::text`)} AS columns,
           ${attributes(sql`format_type(a.atttypid, a.atttypmod)`)} AS types,
           coalesce('security_invoker=true' = ANY (c.reloptions), FALSE) AS caller
      FROM pg_class AS c
      JOIN pg_namespace AS n ON n.oid = c.relnamespace
     WHERE n.nspname = ${literal(schema)} AND c.relkind = 'v'`
}

/**
 * The schema holds exactly these views, with these columns, and nothing else: no table, function or type that somebody
 * has put there, for it would go with the schema.
 */
export function holdsExactly(schema: string, views: readonly VersionView[]): Sql {
  const contents = sql`(
    SELECT count(*) FROM pg_depend AS d JOIN pg_namespace AS n ON n.oid = d.refobjid
     WHERE d.refclassid = 'pg_namespace'::regclass AND n.nspname = ${literal(schema)}) = ${literal(views.length)}`
  if (views.length === 0) return contents
  return sql`${contents}
  AND NOT EXISTS (
    SELECT FROM (VALUES
      ${join(views.map(expectedRow), ",\n      ")}
    ) AS expected (name, columns, types, caller)
    FULL JOIN (
    ${viewsIn(schema)}
    ) AS found USING (name)
    WHERE (expected.columns, expected.types, expected.caller)
       IS DISTINCT FROM (found.columns, found.types, found.caller))`
}

function expectedRow({ view, columns, rights }: VersionView): Sql {
  const names = textArray(columns.map(({ name }) => name))
  const types = textArray(columns.map(({ type }) => type))
  return sql`(${literal(view.name)}, ${names}, ${types}, ${literal(rights === "caller")})`
}

function textArray(values: readonly string[]): Sql {
  return sql`ARRAY[${join(values.map(literal))}]${values.length === 0 ? sql`::text[]` : none}`
}
