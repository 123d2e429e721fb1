import { isIndexNameTaken } from "../taken-names.ts"
import { baseType } from "../../catalog/domains.ts"
import { findTable } from "../../catalog/model.ts"
import type { Catalog, Table } from "../../catalog/model.ts"
import { BugError } from "../../domain/errors.ts"
import { displayName } from "../../domain/relation.ts"
import type { RelationName } from "../../domain/relation.ts"
import { defaultText, isNullable } from "../column-definition.ts"
import type { ColumnInput } from "../column-definition.ts"
import { freeName, objectName } from "../names.ts"
import type { OperationContext } from "../operation.ts"
import { resolveTable, stepScope } from "../table-name.ts"
import { parseTypeName } from "../../sql/type-name.ts"
import { trusted } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"
import { expressionVolatility } from "../volatility.ts"
import type { AddColumnInput } from "./input.ts"

/** An `add_column` understood against a catalog. */
export interface AddColumn {
  readonly relation: RelationName
  readonly table: Table
  readonly column: ColumnInput
  /** As `format_type` prints it. */
  readonly type: Sql
  /** The type below it, where it is a domain; else the same. */
  readonly baseType: Sql
  readonly nullable: boolean
  /** SQL text of the default, or null. */
  readonly default: string | null
  /**
   * What computes the value of rows that don't have it, over the columns of the old shape: `up`, or a default that
   * PostgreSQL would have to compute for each row (it rewrites the table under lock for that). Null: nothing has to be
   * filled, the column can be added as it is.
   */
  readonly fill: string | null
  /** The name of the unique constraint, where one is asked for. */
  readonly uniqueName: string
  /** What step ids begin with after their phase: the table's name. */
  readonly scope: string
  /** `public.users.email`. */
  readonly subject: string
}

/** To be called once `check` has found no error. */
export function resolveAddColumn(input: AddColumnInput, before: Catalog, context: OperationContext): AddColumn {
  const relation = resolveTable(input.table, context)
  const table = findTable(before, relation)
  const subject = `${displayName(relation)}.${input.column.name}`
  if (!table) throw new BugError({ code: "BUG", subject, message: "add_column on a table that check had not found" })
  const { column } = input
  const type = parseTypeName(column.type, context.defaultSchema).name
  return {
    relation,
    table,
    column,
    type,
    baseType: trusted(baseType(before, type)), // format_type's own words
    nullable: isNullable(column),
    default: defaultText(column),
    fill: fillOf(input, before),
    uniqueName: freeName(objectName(relation.name, column.name, "key"), (name) => isTaken(before, table, name)),
    scope: stepScope(relation, context),
    subject,
  }
}

/** PostgreSQL adds a stable default (now()) without a rewrite: computed once, for all rows that exist. */
export function fillOf(input: AddColumnInput, catalog: Catalog): string | null {
  if (input.up !== undefined) return input.up
  const text = defaultText(input.column)
  return text !== null && expressionVolatility(text, catalog) === "volatile" ? text : null
}

/** Whether a constraint or index of the table's schema has that name already. */
export function isTaken(catalog: Catalog, table: Table, name: string): boolean {
  return (
    table.constraints.some((constraint) => constraint.name === name) || isIndexNameTaken(catalog, table.schema, name)
  )
}
