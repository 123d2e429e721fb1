import type { RelationName } from "../../domain/relation.ts"
import type { Statement } from "../../sql/parser.ts"
import { literal, qualified, sql } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"
import { fieldsOf, stringsOf } from "../../sql/tree.ts"

/** How a statement that can't run in a transaction is seen to be done, and how it is cleared and undone. */
export interface AloneBehaviour {
  readonly observe: Sql
  readonly repair: Sql | null
  /** The way back that follows from the statement itself; null where only the person knows one. */
  readonly undo: Sql | null
}

/** `null`: not one of those that Sluice knows how to repeat safely. */
export function behaviourOf(statement: Statement, defaultSchema: string): AloneBehaviour | null {
  const { node } = statement
  if ("IndexStmt" in node) {
    const { relation, idxname } = node.IndexStmt
    if (!relation?.relname || idxname === undefined) return null
    const table = { schema: relation.schemaname ?? defaultSchema, name: relation.relname }
    return indexBuild(table, { schema: table.schema, name: idxname })
  }
  if ("DropStmt" in node) {
    const names = stringsOf(fieldsOf(node.DropStmt.objects?.[0], "List")?.["items"])
    const name = names.at(-1)
    return name === undefined ? null : indexDrop({ schema: names.at(-2) ?? defaultSchema, name })
  }
  // Harmless to repeat, and nothing to take back: they change no shape and no row.
  const repeatable = "VacuumStmt" in node || ("ReindexStmt" in node && node.ReindexStmt.relation !== undefined)
  return repeatable ? { observe: sql`SELECT 'before'`, repair: null, undo: sql`SELECT 1` } : null
}

/** Judged by name, table and validity: a broken build leaves an invalid index, which is cleared first. */
function indexBuild(table: RelationName, index: RelationName): AloneBehaviour {
  const drop = sql`DROP INDEX CONCURRENTLY IF EXISTS ${qualified(index)}`
  return {
    observe: sql`SELECT coalesce((
  SELECT CASE
    WHEN i.indrelid IS DISTINCT FROM pg_catalog.to_regclass(${literal(qualified(table))}) THEN 'other'
    WHEN i.indisvalid AND i.indisready THEN 'after'
    ELSE 'partial'
  END
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid
  WHERE n.nspname = ${literal(index.schema)} AND c.relname = ${literal(index.name)}
), 'before')`,
    repair: drop,
    undo: drop,
  }
}

function indexDrop(index: RelationName): AloneBehaviour {
  const observe = sql`SELECT CASE
  WHEN pg_catalog.to_regclass(${literal(qualified(index))}) IS NULL THEN 'after'
  ELSE 'before'
END`
  return { observe, repair: null, undo: null }
}
