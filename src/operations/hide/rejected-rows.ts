import { findColumn } from "../../catalog/model.ts"
import type { Constraint, Index, Table } from "../../catalog/model.ts"
import { displayName } from "../../domain/relation.ts"
import type { RelationName } from "../../domain/relation.ts"
import type { RejectedRows } from "../../domain/step.ts"
import { printedKey, printedReference } from "../../sql/printed-key.ts"
import { ident, qualified, sql, trusted } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"
import { duplicateRows, rowsWhere, rowsWithoutParent } from "../offending-rows.ts"
import { walkOf } from "../sync/walk-key.ts"

/** Rows that stop a column from allowing no NULL again. */
export function rowsWithNull(table: Table, column: string): RejectedRows {
  return rejected(
    table,
    rowsWhere(walkOf(table), sql`t.${ident(column)} IS NULL`),
    `Rows hold NULL in ${column}, which is to allow none again: \`down\` found no value for what the new application wrote, or it wrote NULL.`,
    `Write a value into ${column} of each`,
  )
}

/** Rows that stop a check or a foreign key from being valid again; undefined where they can't be told. */
export function rowsAgainst(table: Table, constraint: Constraint): RejectedRows | undefined {
  const { kind, references } = constraint
  if (kind === "check") return rowsAgainstCheck(table, constraint)
  return kind === "foreign key" && references ? rowsPointingNowhere(table, constraint, references) : undefined
}

function rowsAgainstCheck(table: Table, { name, definition }: Constraint): RejectedRows | undefined {
  const condition = checkOf(definition)
  if (condition === undefined) return undefined
  return rejected(
    table,
    rowsWhere(walkOf(table), sql`${trusted(condition)} IS FALSE`), // pg_get_constraintdef's own words
    `Rows break the check ${name}, which is to hold again: ${madeByDown}`,
    "Change each so that it doesn't",
  )
}

/** The condition of a check, of what pg_get_constraintdef says. */
export function checkOf(definition: string): string | undefined {
  return /^CHECK (\(.*\))(?: NO INHERIT)?(?: NOT VALID)?$/s.exec(definition)?.[1]
}

/** Nothing is known here of the table that it points to: rows of tables that inherit from it are taken for its own. */
function rowsPointingNowhere(
  table: Table,
  { name, columns, definition }: Constraint,
  target: RelationName,
): RejectedRows | undefined {
  const reference = printedReference(definition)
  if (reference?.columns.length !== columns.length) return undefined
  const missing = rowsWithoutParent(
    walkOf(table),
    columns.map((column) => sql`t.${ident(column)}`),
    {
      table: qualified(target),
      values: reference.columns.map((column) => sql`parent.${ident(column)}`),
      // A type with a schema in its name isn't PostgreSQL's own.
      ownEquality: columns.every((column) => findColumn(table, column)?.type.includes(".") === false),
      full: reference.full,
    },
  )
  return rejected(
    table,
    missing,
    `Rows point to no row of ${displayName(target)}, which the foreign key ${name} is to forbid again: ${madeByDown}`,
    "Add the missing rows, or change those that point to them",
  )
}

/** Rows that stop a unique index from being built again; undefined where they can't be told. */
export function rowsAlike(table: Table, { name, definition, columns }: Index): RejectedRows | undefined {
  const key = printedKey(definition, columns)
  if (!key) return undefined
  const { values, condition, nullsNotDistinct } = key
  return rejected(
    table,
    duplicateRows(walkOf(table), values, { nullsNotDistinct, ...(condition && { among: condition }) }),
    `Rows hold the same values, which the unique index ${name} is to forbid again: ${madeByDown}`,
    "Change all but one of those that hold the same",
  )
}

const madeByDown = "`down` made such a value of what the new application wrote."

function rejected(table: Table, keys: Sql, what: string, remedy: string): RejectedRows {
  return {
    relation: { schema: table.schema, name: table.name },
    keys,
    hint: `${what} \`sluice status RUN\` lists their keys. ${remedy}, then \`sluice retry\`.`,
  }
}
