import type { RelationName } from "../domain/relation.ts"
import { literal, qualified, sql } from "../sql/sql.ts"
import type { Sql } from "../sql/sql.ts"

/**
 * Questions to the catalog from which a step's `observe` is put together. None of them mentions a table or column as
 * SQL, so each can be asked whether or not the thing exists.
 */

/** The relation's oid as an expression; NULL where it doesn't exist or isn't visible to us. */
export function relationOid(relation: RelationName): Sql {
  return sql`(SELECT c.oid FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname = ${literal(relation.schema)} AND c.relname = ${literal(relation.name)})`
}

/** Of a trigger function in schema `sluice`; NULL where it is gone. */
export function functionOid(name: string): Sql {
  return sql`(SELECT p.oid FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
    WHERE n.nspname = 'sluice' AND p.proname = ${literal(name)})`
}

/** The column exists. */
export function columnExists(relation: RelationName, column: string): Sql {
  return sql`EXISTS (${columnRow(relation, column)})`
}

/** The column exists and satisfies a condition on `a` (pg_attribute). */
export function columnWhere(relation: RelationName, column: string, condition: Sql): Sql {
  return sql`EXISTS (${columnRow(relation, column)} AND ${condition})`
}

function columnRow(relation: RelationName, column: string): Sql {
  return sql`SELECT FROM pg_attribute AS a
  WHERE a.attrelid = ${relationOid(relation)} AND a.attname = ${literal(column)} AND NOT a.attisdropped AND a.attnum > 0`
}

/** A condition on `a`: the column's type, as `format_type` prints it. */
export function hasType(type: string): Sql {
  return sql`format_type(a.atttypid, a.atttypmod) = ${literal(type)}`
}

/** A condition on `a`: whether the column has a default. */
export function hasDefault(expected: boolean): Sql {
  return sql`a.atthasdef = ${literal(expected)}`
}

/** The comment on the column, NULL where there is none. */
export function columnComment(relation: RelationName, column: string): Sql {
  return sql`(SELECT col_description(a.attrelid, a.attnum) FROM pg_attribute AS a
  WHERE a.attrelid = ${relationOid(relation)} AND a.attname = ${literal(column)} AND NOT a.attisdropped)`
}

/** The table has a constraint of that name that satisfies a condition on `o` (pg_constraint). */
export function constraintWhere(relation: RelationName, constraint: string, condition: Sql): Sql {
  return sql`EXISTS (SELECT FROM pg_constraint AS o
  WHERE o.conrelid = ${relationOid(relation)} AND o.conname = ${literal(constraint)} AND ${condition})`
}

/** There is a relation of that name that is an index of the table and satisfies a condition on `x` (pg_index). */
export function indexWhere(table: RelationName, index: string, condition: Sql): Sql {
  return sql`EXISTS (SELECT FROM pg_index AS x
  WHERE x.indrelid = ${relationOid(table)}
    AND x.indexrelid = ${relationOid({ schema: table.schema, name: index })} AND ${condition})`
}

/** The table has a trigger of that name that satisfies a condition on `g` (pg_trigger). */
export function triggerWhere(relation: RelationName, trigger: string, condition: Sql): Sql {
  return sql`EXISTS (SELECT FROM pg_trigger AS g
  WHERE g.tgrelid = ${relationOid(relation)} AND g.tgname = ${literal(trigger)} AND NOT g.tgisinternal AND ${condition})`
}

/**
 * The table has lost a column of a name that is ours alone. Where the table itself is gone, no other may have it either:
 * somebody may have renamed it.
 */
export function columnGone(relation: RelationName, column: string): Sql {
  return sql`NOT ${columnExists(relation, column)} AND (${relationOid(relation)} IS NOT NULL
  OR NOT EXISTS (SELECT FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
    WHERE a.attname = ${literal(column)} AND NOT a.attisdropped AND c.relkind IN ('r', 'p')))`
}

/** No table has a trigger of that name, which is one change's alone: not even the one it was made on, renamed since. */
export function triggerGone(trigger: string): Sql {
  return sql`NOT EXISTS (SELECT FROM pg_trigger AS g WHERE g.tgname = ${literal(trigger)} AND NOT g.tgisinternal)`
}

/** No other table has a trigger of that name, which is one change's alone; partitions have theirs from their parent. */
export function triggerNowhereElse(relation: RelationName, trigger: string): Sql {
  return sql`NOT EXISTS (SELECT FROM pg_trigger AS g
  WHERE g.tgname = ${literal(trigger)} AND g.tgparentid = 0 AND g.tgrelid IS DISTINCT FROM ${relationOid(relation)})`
}

/**
 * A step's `observe`: the first condition that holds answers; where none does, `other`.
 */
export function observation(cases: { readonly after: Sql; readonly before: Sql; readonly partial?: Sql }): Sql {
  const partial = cases.partial ? sql`\n  WHEN ${cases.partial} THEN 'partial'` : sql``
  return sql`SELECT CASE
  WHEN ${cases.after} THEN 'after'
  WHEN ${cases.before} THEN 'before'${partial}
  ELSE 'other'
END AS observation`
}

/** A name as text in SQL that PostgreSQL resolves to a relation. */
export function regclass(relation: RelationName): Sql {
  return sql`${literal(qualified(relation))}::regclass`
}
