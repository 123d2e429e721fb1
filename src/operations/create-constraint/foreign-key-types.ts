import { findColumn } from "../../catalog/model.ts"
import type { Table } from "../../catalog/model.ts"
import { trusted } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"
import type { NewForeignKey } from "./resolved.ts"

/** The types that a foreign key compares: of its own column, and of the one that it points to. */
export function comparedTypes({ table, columns, targetTable, input }: NewForeignKey): readonly (readonly [Sql, Sql])[] {
  const others = input.references.columns
  return columns.map((name, index) => [typeOf(table, name), typeOf(targetTable, others[index] ?? "")])
}

/** Whether `=` is PostgreSQL's own for all of them: a type with a schema in its name isn't. */
export function hasOwnEquality(constraint: NewForeignKey): boolean {
  return comparedTypes(constraint)
    .flat()
    .every((type) => !type.includes("."))
}

function typeOf(table: Table, column: string): Sql {
  // format_type's own words
  return trusted(findColumn(table, column)?.type ?? "text")
}
