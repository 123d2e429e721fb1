import { baseType } from "../../catalog/domains.ts"
import { findColumn, findTable } from "../../catalog/model.ts"
import type { Catalog, Column, Table } from "../../catalog/model.ts"
import { ownOfPartitions } from "../../catalog/partition-own.ts"
import type { OwnOfPartition } from "../../catalog/partition-own.ts"
import { BugError } from "../../domain/errors.ts"
import { displayName } from "../../domain/relation.ts"
import type { RelationName } from "../../domain/relation.ts"
import { ident, trusted } from "../../sql/sql.ts"
import { parseTypeName } from "../../sql/type-name.ts"
import { constraintsOf, indexesOf } from "../add-column/after.ts"
import type { AddColumn } from "../add-column/resolved.ts"
import { defaultText } from "../column-definition.ts"
import { carriedCollation } from "../duplicate/carried-collation.ts"
import { carriedSettings } from "../duplicate/carried-settings.ts"
import { duplicateName } from "../duplicate/duplicate.ts"
import type { Duplicate } from "../duplicate/duplicate.ts"
import { hiddenName } from "../hide/hidden-name.ts"
import type { OperationContext } from "../operation.ts"
import { resolveTable, stepScope } from "../table-name.ts"
import type { AlterColumnInput } from "./input.ts"

/** An `alter_column` understood against a catalog. */
export interface AlterColumn {
  readonly relation: RelationName
  readonly table: Table
  readonly column: Column
  /** The column as it is after the plan. */
  readonly fresh: Column
  /** What only partitions have on the column. */
  readonly partitions: readonly OwnOfPartition[]
  /** The second column that takes the new shape; null where the column itself can take it. */
  readonly duplicate: Duplicate | null
  /** What is new about it, in the shape of an added column: constraints and what rows have to satisfy. */
  readonly asAdded: AddColumn
  readonly scope: string
  readonly subject: string
}

/** Rows have to hold another value, or the two applications are to see different ones. */
export function needsDuplicate(input: AlterColumnInput, column: Column, defaultSchema: string): boolean {
  const type = input.type === undefined ? column.type : parseTypeName(input.type, defaultSchema).name
  return type !== column.type || input.up !== undefined || input.down !== undefined
}

/** To be called once `check` has found no error. */
export function resolveAlterColumn(input: AlterColumnInput, catalog: Catalog, context: OperationContext): AlterColumn {
  const relation = resolveTable(input.table, context)
  const subject = `${displayName(relation)}.${input.column}`
  const table = findTable(catalog, relation)
  const column = table && findColumn(table, input.column)
  if (!table || !column)
    throw new BugError({ code: "BUG", subject, message: "alter_column of a column that check had not found" })
  const scope = stepScope(relation, context)
  const fresh = freshColumn(input, column, catalog, context)
  const asAdded = addedShape(input, catalog, { relation, table, column, fresh, scope, subject })
  const partitions = ownOfPartitions(table, column.name, catalog)
  const duplicate: Duplicate | null = needsDuplicate(input, column, context.defaultSchema)
    ? {
        table,
        column,
        partitions,
        physical: duplicateName(column.name, context.revision),
        fresh,
        extras: {
          constraints: constraintsOf(asAdded, catalog, context).filter(({ kind }) => kind !== "not null"),
          indexes: indexesOf(asAdded),
        },
        hidden: hiddenName(column.name, context.revision),
        up: input.up ?? ident(column.name),
        down: input.down ?? ident(column.name),
        revision: context.revision,
        scope,
      }
    : null
  return { relation, table, column, fresh, partitions, duplicate, asAdded, scope, subject }
}

function freshColumn(
  input: AlterColumnInput,
  column: Column,
  catalog: Catalog,
  { defaultSchema }: OperationContext,
): Column {
  const type = input.type === undefined ? column.type : parseTypeName(input.type, defaultSchema).name
  const { settings: _settings, ...rest } = column
  return {
    ...rest,
    ...carriedSettings(column, type),
    type,
    notNull: input.nullable === undefined ? column.notNull : !input.nullable,
    default:
      input.default === undefined ? column.default : defaultText({ name: column.name, type, ...defaultOf(input) }),
    collation: type === column.type ? column.collation : carriedCollation(column, type, catalog),
    comment: input.comment === undefined ? column.comment : input.comment,
  }
}

function defaultOf({ default: value }: AlterColumnInput): Pick<AlterColumnInput, "default"> {
  return value === undefined ? {} : { default: value }
}

type Parts = Pick<AlterColumn, "relation" | "table" | "column" | "fresh" | "scope" | "subject">

function addedShape(
  input: AlterColumnInput,
  catalog: Catalog,
  { relation, table, column, fresh, scope, subject }: Parts,
): AddColumn {
  const { check, references, unique } = input
  return {
    relation,
    table,
    column: {
      name: column.name,
      type: fresh.type,
      nullable: !fresh.notNull,
      unique: unique !== undefined,
      ...(check && { check }),
      ...(references && { references }),
    },
    type: parseTypeName(fresh.type, relation.schema).name,
    baseType: trusted(baseType(catalog, fresh.type)), // format_type's own words
    nullable: !fresh.notNull,
    default: null,
    fill: input.up ?? ident(column.name),
    uniqueName: unique?.name ?? "",
    scope,
    subject,
  }
}
