import { literal, sql, textArray } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"
import { relationOid } from "../observe.ts"
import { allOf } from "../sync/group-direction.ts"
import { columnsUsed } from "./spec.ts"
import type { IndexElement, IndexOption, IndexSpec } from "./spec.ts"

/**
 * A condition on `x` (pg_index) that an index is the one that is meant, valid or not, and by itself: one that belongs
 * to a constraint is something else. Of expressions and predicate
 * PostgreSQL keeps a form of its own that can't be compared with a person's text: that they are there, and which
 * columns they read, has to do.
 */
export function indexMatches(index: IndexSpec): Sql {
  const { relation, unique, method, elements, include, nullsNotDistinct, options, predicate } = index
  const columns = [...elements.map(({ key }) => ("column" in key ? key.column : "")), ...include]
  const hasOwnForm = predicate !== null || elements.some(({ key }) => "expression" in key)
  return allOf([
    sql`x.indrelid = ${relationOid(relation)}`,
    sql`x.indisunique = ${literal(unique)}`,
    sql`x.indnullsnotdistinct = ${literal(nullsNotDistinct)}`,
    sql`(x.indpred IS NOT NULL) = ${literal(predicate !== null)}`,
    sql`x.indnkeyatts = ${literal(elements.length)}`,
    sql`x.indoption::text = ${literal(elements.map(orderBits).join(" "))}`,
    sql`ARRAY(SELECT coalesce(a.attname::text, '') FROM unnest(x.indkey::smallint[]) WITH ORDINALITY AS k (attnum, place)
    LEFT JOIN pg_attribute AS a ON a.attrelid = x.indrelid AND a.attnum = k.attnum ORDER BY k.place) = ${textArray(columns)}`,
    sql`EXISTS (SELECT FROM pg_class AS i JOIN pg_am AS m ON m.oid = i.relam WHERE i.oid = x.indexrelid
    AND m.amname = ${literal(method)} AND ${sameOptions(sql`i.reloptions`, options)})`,
    sql`NOT EXISTS (SELECT FROM pg_constraint AS o WHERE o.conindid = x.indexrelid AND o.contype IN ('p', 'u', 'x'))`,
    ...elements.map(elementMatches),
    ...(hasOwnForm ? [readsExactly(columnsUsed(index))] : []),
  ])
}

/** INDOPTION_DESC and INDOPTION_NULLS_FIRST. */
function orderBits({ descending, nullsFirst }: IndexElement): number {
  return (descending ? 1 : 0) + (nullsFirst ? 2 : 0)
}

function elementMatches({ key, collation, opclass }: IndexElement, index: number): Sql {
  const place = literal(index)
  const isClass = opclass
    ? sql`o.opcname = ${literal(opclass.name)} AND n.nspname = ${literal(opclass.schema)}`
    : sql`o.opcdefault`
  const conditions = [
    sql`EXISTS (SELECT FROM pg_opclass AS o JOIN pg_namespace AS n ON n.oid = o.opcnamespace
    WHERE o.oid = x.indclass[${place}] AND ${isClass})`,
    sql`EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = x.indexrelid AND a.attnum = ${literal(index + 1)}
    AND ${sameOptions(sql`a.attoptions`, opclass?.options ?? [])})`,
  ]
  if (collation)
    conditions.push(sql`EXISTS (SELECT FROM pg_collation AS l JOIN pg_namespace AS n ON n.oid = l.collnamespace
    WHERE l.oid = x.indcollation[${place}] AND l.collname = ${literal(collation.name)} AND n.nspname = ${literal(collation.schema)})`)
  else if ("column" in key)
    conditions.push(sql`x.indcollation[${place}] = (SELECT a.attcollation FROM pg_attribute AS a
    WHERE a.attrelid = x.indrelid AND a.attname = ${literal(key.column)} AND NOT a.attisdropped)`)
  return allOf(conditions)
}

/** Of the table's columns, the index depends on exactly these. */
function readsExactly(columns: readonly string[]): Sql {
  const read = sql`ARRAY(SELECT a.attname::text FROM pg_depend AS d
    JOIN pg_attribute AS a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
    WHERE d.classid = 'pg_class'::regclass AND d.objid = x.indexrelid AND d.refclassid = 'pg_class'::regclass
      AND d.refobjid = x.indrelid AND d.refobjsubid > 0)`
  return sql`${read} @> ${textArray(columns)} AND ${read} <@ ${textArray(columns)}`
}

function sameOptions(actual: Sql, options: readonly IndexOption[]): Sql {
  const expected = textArray(options.map(([name, value]) => `${name}=${value}`))
  return sql`coalesce(${actual}, '{}') @> ${expected} AND coalesce(${actual}, '{}') <@ ${expected}`
}
