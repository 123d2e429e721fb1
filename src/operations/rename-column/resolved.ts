import { findColumn, findTable } from "../../catalog/model.ts"
import type { Catalog, Column, Table } from "../../catalog/model.ts"
import { ownOfPartitions } from "../../catalog/partition-own.ts"
import { BugError } from "../../domain/errors.ts"
import { displayName } from "../../domain/relation.ts"
import type { RelationName } from "../../domain/relation.ts"
import { ident } from "../../sql/sql.ts"
import type { Duplicate } from "../duplicate/duplicate.ts"
import { hiddenName } from "../hide/hidden-name.ts"
import type { OperationContext } from "../operation.ts"
import { resolveTable, stepScope } from "../table-name.ts"
import type { RenameColumnInput } from "./input.ts"

/** A `rename_column` understood against a catalog. */
export interface RenameColumn {
  readonly relation: RelationName
  readonly table: Table
  readonly column: Column
  readonly to: string
  /** The column of the new name; null where version views show the one column under both names. */
  readonly duplicate: Duplicate | null
  readonly scope: string
  readonly subject: string
}

/** To be called once `check` has found no error. */
export function resolveRenameColumn(
  { table: named, from, to }: RenameColumnInput,
  catalog: Catalog,
  context: OperationContext,
): RenameColumn {
  const relation = resolveTable(named, context)
  const subject = `${displayName(relation)}.${from}`
  const table = findTable(catalog, relation)
  const column = table && findColumn(table, from)
  if (!table || !column)
    throw new BugError({ code: "BUG", subject, message: "rename_column of a column that check had not found" })
  const scope = stepScope(relation, context)
  const duplicate: Duplicate | null = context.versionViews
    ? null
    : {
        table,
        column,
        partitions: ownOfPartitions(table, from, catalog),
        physical: to,
        fresh: { ...column, name: to },
        extras: { constraints: [], indexes: [] },
        hidden: hiddenName(from, context.revision),
        up: ident(from),
        down: ident(to),
        revision: context.revision,
        scope,
      }
  return { relation, table, column, to, duplicate, scope, subject }
}
