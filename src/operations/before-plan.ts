import { findColumn } from "../catalog/model.ts"
import type { Table } from "../catalog/model.ts"
import type { RelationName } from "../domain/relation.ts"
import { bindColumns } from "../sql/parser.ts"
import { ident, sql, trusted } from "../sql/sql.ts"
import type { Sql } from "../sql/sql.ts"
import { assignmentType } from "../sql/type-name.ts"
import { isPendingTable, pendingAmong } from "./pending.ts"
import type { Pending } from "./pending.ts"
import type { Bind } from "./sync/group-direction.ts"

/**
 * Looking at the database as it is before the plan, on behalf of something that will be built on the shape after it.
 */

/** The table as precheck finds it. */
export function beforePlan(table: Table, pending: Pending): Table {
  const isThere = (name: string): boolean => pendingAmong([{ relation: table, columns: [name] }], pending).length === 0
  return { ...table, columns: table.columns.filter(({ name }) => isThere(name)) }
}

/** How a column's value is written over a row (`t`) of the table: where it isn't there yet, as what computes it. */
export function valueIn(alias: Sql, relation: RelationName, pending: Pending): Bind {
  const inRow: Bind = (column) => sql`${alias}.${ident(column)}`
  return (name) => {
    const [column] = pendingAmong([{ relation, columns: [name] }], pending)
    if (!column) return inRow(name)
    const value = column.value === null ? sql`NULL` : bindColumns(column.value, inRow)
    // As an assignment has it, then as the column holds it: that a value is too long has a check of its own.
    return sql`((${value})::${assignmentType(column.type)}::${column.type})`
  }
}

/** Where PostgreSQL can be asked to judge an expression, and how a column is written there: NULL if it isn't there. */
export function standIn(table: Table, pending: Pending): { readonly relation: RelationName; readonly bind: Bind } {
  const { schema, name } = table
  const isNew = isPendingTable(table, pending)
  const relation = isNew ? { schema: "pg_catalog", name: "pg_class" } : { schema, name }
  const bind: Bind = (column) => {
    const isThere = !isNew && pendingAmong([{ relation: table, columns: [column] }], pending).length === 0
    // The catalog's types are format_type's own words.
    return isThere ? ident(column) : sql`(NULL::${trusted(findColumn(table, column)?.type ?? "text")})`
  }
  return { relation, bind }
}
