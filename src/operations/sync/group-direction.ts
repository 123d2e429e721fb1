import type { Sync, SyncColumn, SyncGroup } from "../../domain/backfill.ts"
import { bindColumns } from "../../sql/parser.ts"
import { join, none, sql, trusted } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"

/** How a column of a row is written where the expression will stand: `NEW."name"`, `t."name"`. */
export type Bind = (column: string) => Sql

/**
 * Which way a group computes: `up` fills new columns from the old shape and leaves the old ones alone, `down` the
 * other way round, `both` keeps two shapes of the same facts.
 */
export function directionOf(group: SyncGroup): "up" | "down" | "both" | "none" {
  const up = computed(group.new).length > 0
  const down = computed(group.old).length > 0
  return up && down ? "both" : up ? "up" : down ? "down" : "none"
}

/** Whether rows that exist have to be filled: something new is computed from them. */
export function fillsRows({ groups }: Sync): boolean {
  return groups.some((group) => computed(group.new).length > 0)
}

/** The columns that an expression computes. */
export function computed(columns: readonly SyncColumn[]): readonly SyncColumn[] {
  return columns.filter((column) => column.expression !== null)
}

/** The column's expression over the row that `bind` names; nothing where nothing computes it. */
export function valueOf(column: SyncColumn, bind: Bind): Sql {
  return column.expression === null ? none : bindColumns(column.expression, bind)
}

/** `a OR b OR c`, each in its line; FALSE where there is none. */
export function anyOf(conditions: readonly Sql[], indent = ""): Sql {
  return conditions.length === 0 ? sql`FALSE` : join(conditions, `\n${indent}OR `)
}

/** `a AND b`; TRUE where there is none. */
export function allOf(conditions: readonly Sql[]): Sql {
  return conditions.length === 0 ? sql`TRUE` : join(conditions, " AND ")
}

/** A comment of one line, for those who read the function in the database. Names hold no line breaks here. */
export function remark(text: string): Sql {
  // A comment ends with its line.
  return trusted(`-- ${text.replaceAll(/[\r\n]+/g, " ")}`)
}
