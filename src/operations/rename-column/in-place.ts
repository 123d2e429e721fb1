import { withTables } from "../../catalog/model.ts"
import type { Catalog, Table } from "../../catalog/model.ts"
import { displayName } from "../../domain/relation.ts"
import type { SqlStep } from "../../domain/step.ts"
import { rebindConstraint, rebindIndex } from "../../sql/rebind.ts"
import { ident, qualified, sql } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"
import { columnExists, observation } from "../observe.ts"
import { partitionsOf } from "../../catalog/partitions.ts"
import { sqlStep } from "../sql-step.ts"
import type { RenameColumn } from "./resolved.ts"

/** The rename itself, in the contract transaction. Views that show the column follow, under the names that they have. */
export function renameStep({ relation, column, to, scope }: RenameColumn): SqlStep {
  const rename = (from: string, name: string): Sql =>
    sql`ALTER TABLE ${qualified(relation)} RENAME COLUMN ${ident(from)} TO ${ident(name)};`
  const [old, fresh] = [columnExists(relation, column.name), columnExists(relation, to)]
  return sqlStep({
    id: `contract/${scope}/rename-${column.name}`,
    phase: "contract",
    summary: `Rename column ${column.name} of ${displayName(relation)} to ${to}`,
    sql: rename(column.name, to),
    undo: rename(to, column.name),
    observe: observation({ after: sql`${fresh} AND NOT ${old}`, before: sql`${old} AND NOT ${fresh}` }),
    lock: "AccessExclusive",
    endsOldShape: true,
    needs: [{ kind: "own", relation }],
    relations: [relation],
  })
}

/** The catalog with the new name wherever the old one stood. */
export function afterRename({ table, column, to }: RenameColumn, before: Catalog): Catalog {
  const renaming = (name: string): string => (name === column.name ? to : name)
  const change = (one: Table): Table => ({
    ...one,
    columns: one.columns.map((other) => ({ ...other, name: renaming(other.name) })),
    grants: one.grants.map((grant) => ({ ...grant, column: grant.column === null ? null : renaming(grant.column) })),
    constraints: one.constraints.map((constraint) => ({
      ...constraint,
      columns: constraint.columns.map(renaming),
      definition: rebindConstraint(constraint.definition, renaming),
    })),
    indexes: one.indexes.map((index) => ({
      ...index,
      columns: index.columns.map(renaming),
      reads: index.reads.map(renaming).toSorted(),
      definition: rebindIndex(index.definition, index.name, renaming),
    })),
  })
  return withTables(before, [table, ...partitionsOf(table, before)].map(change))
}
