import { findColumn, findTable } from "../../catalog/model.ts"
import type { Catalog, Column, Table } from "../../catalog/model.ts"
import { ownOfPartitions } from "../../catalog/partition-own.ts"
import type { OwnOfPartition } from "../../catalog/partition-own.ts"
import { BugError } from "../../domain/errors.ts"
import { displayName, isSameRelation } from "../../domain/relation.ts"
import type { RelationName } from "../../domain/relation.ts"
import type { HiddenColumn } from "../hide/hide-column.ts"
import { hiddenName } from "../hide/hidden-name.ts"
import type { OperationContext } from "../operation.ts"
import { nothingPending } from "../pending.ts"
import { resolveTable, stepScope } from "../table-name.ts"
import type { DropColumnInput } from "./input.ts"

/** A `drop_column` understood against a catalog. */
export interface DropColumn {
  readonly relation: RelationName
  readonly table: Table
  readonly column: Column
  /** What only partitions have on the column. */
  readonly partitions: readonly OwnOfPartition[]
  /** Columns of the table that the same plan drops before it. */
  readonly earlier: readonly string[]
  readonly hidden: string
  readonly down: string | null
  readonly revision: string
  /** What step ids begin with after their phase: the table's name. */
  readonly scope: string
  /** `public.users.name`. */
  readonly subject: string
}

/** To be called once `check` has found no error. */
export function resolveDropColumn(input: DropColumnInput, catalog: Catalog, context: OperationContext): DropColumn {
  const relation = resolveTable(input.table, context)
  const subject = `${displayName(relation)}.${input.column}`
  const table = findTable(catalog, relation)
  const column = table && findColumn(table, input.column)
  if (!table || !column)
    throw new BugError({ code: "BUG", subject, message: "drop_column of a column that check had not found" })
  return {
    relation,
    table,
    column,
    partitions: ownOfPartitions(table, column.name, catalog),
    earlier: (context.pending ?? nothingPending).hidden
      .filter((hidden) => isSameRelation(hidden.relation, relation))
      .map((hidden) => hidden.column),
    hidden: hiddenName(column.name, context.revision),
    down: input.down ?? null,
    revision: context.revision,
    scope: stepScope(relation, context),
    subject,
  }
}

/** The column as it is hidden from contract on. */
export function hidingOf({
  table,
  column,
  hidden,
  down,
  partitions,
  earlier,
  revision,
  scope,
}: DropColumn): HiddenColumn {
  return { table, column, hidden, computed: down !== null, replaced: false, partitions, earlier, revision, scope }
}
