import type { RelationName } from "../../domain/relation.ts"
import { literal, sql, textArray } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"
import { relationOid } from "../observe.ts"
import { allOf } from "../sync/group-direction.ts"
import type { KeyParts } from "./definition.ts"

/**
 * Conditions on `o` (pg_constraint) that a constraint is the one that is meant, validated or not. A check's condition
 * is kept in PostgreSQL's own form, which can't be compared with a person's text: which columns it reads has to do.
 */

export function keyMatches(kind: "unique" | "primary key", key: KeyParts): Sql {
  const letter = kind === "unique" ? sql`'u'` : sql`'p'`
  return allOf([sql`o.contype = ${letter}`, hasColumns(key.columns), isDeferred(key)])
}

export function checkMatches(columns: readonly string[], noInherit: boolean): Sql {
  const read = columnNames(sql`o.conrelid`, sql`o.conkey`)
  const expected = textArray(columns)
  return allOf([
    sql`o.contype = 'c'`,
    sql`o.connoinherit = ${literal(noInherit)}`,
    sql`${read} @> ${expected} AND ${read} <@ ${expected}`,
  ])
}

/** A foreign key as it has to be in the catalog. */
export interface ForeignKeyParts extends Pick<KeyParts, "columns" | "deferrable" | "initially_deferred"> {
  readonly target: RelationName
  readonly targetColumns: readonly string[]
  readonly match_type?: "SIMPLE" | "FULL" | undefined
  readonly on_delete?: string | undefined
  readonly on_update?: string | undefined
}

export function foreignKeyMatches(key: ForeignKeyParts): Sql {
  return allOf([
    sql`o.contype = 'f'`,
    hasColumns(key.columns),
    sql`o.confrelid = ${relationOid(key.target)}`,
    sql`${columnNames(sql`o.confrelid`, sql`o.confkey`)} = ${textArray(key.targetColumns)}`,
    sql`o.confmatchtype = ${literal(key.match_type === "FULL" ? "f" : "s")}`,
    sql`o.confdeltype = ${literal(actionLetter(key.on_delete))}`,
    sql`o.confupdtype = ${literal(actionLetter(key.on_update))}`,
    isDeferred(key),
  ])
}

function actionLetter(action = "NO ACTION"): string {
  return { RESTRICT: "r", CASCADE: "c", "SET NULL": "n", "SET DEFAULT": "d" }[action] ?? "a"
}

function hasColumns(columns: readonly string[]): Sql {
  return sql`${columnNames(sql`o.conrelid`, sql`o.conkey`)} = ${textArray(columns)}`
}

function isDeferred({
  deferrable,
  initially_deferred: deferred,
}: Pick<KeyParts, "deferrable" | "initially_deferred">): Sql {
  const isDeferrable = deferrable === true || deferred === true
  return sql`o.condeferrable = ${literal(isDeferrable)} AND o.condeferred = ${literal(deferred === true)}`
}

function columnNames(relation: Sql, numbers: Sql): Sql {
  return sql`ARRAY(SELECT a.attname::text FROM unnest(${numbers}) WITH ORDINALITY AS k (attnum, place)
    JOIN pg_attribute AS a ON a.attrelid = ${relation} AND a.attnum = k.attnum ORDER BY k.place)`
}
