import type { Constraint, Table } from "../../catalog/model.ts"
import type { RejectedRows } from "../../domain/step.ts"
import { ident, sql, trusted } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"
import { rowsWhere } from "../offending-rows.ts"
import { walkOf } from "../sync/walk-key.ts"

/** Rows that stop a column from allowing no NULL again. */
export function rowsWithNull(table: Table, column: string): RejectedRows {
  return rejected(
    table,
    sql`t.${ident(column)} IS NULL`,
    `Rows hold NULL in ${column}, which is to allow none again: \`down\` found no value for what the new application wrote, or it wrote NULL.`,
    `Write a value into ${column} of each`,
  )
}

/** Rows that stop a check from being valid again; undefined for a constraint of another kind. */
export function rowsAgainst(table: Table, { kind, name, definition }: Constraint): RejectedRows | undefined {
  const condition = checkOf(definition)
  if (kind !== "check" || condition === undefined) return undefined
  return rejected(
    table,
    sql`${trusted(condition)} IS FALSE`, // pg_get_constraintdef's own words
    `Rows break the check ${name}, which is to hold again: \`down\` made such a value of what the new application wrote.`,
    "Change each so that it doesn't",
  )
}

/** The condition of a check, of what pg_get_constraintdef says. */
export function checkOf(definition: string): string | undefined {
  return /^CHECK (\(.*\))(?: NO INHERIT)?(?: NOT VALID)?$/s.exec(definition)?.[1]
}

function rejected(table: Table, condition: Sql, what: string, remedy: string): RejectedRows {
  return {
    relation: { schema: table.schema, name: table.name },
    keys: rowsWhere(walkOf(table), condition),
    hint: `${what} \`sluice status RUN\` lists their keys. ${remedy}, then \`sluice retry\`.`,
  }
}
