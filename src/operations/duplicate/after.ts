import { byName } from "../sorted.ts"
import { withTables } from "../../catalog/model.ts"
import type { Catalog, Index, Table } from "../../catalog/model.ts"
import { rebindConstraint, rebindIndex } from "../../sql/rebind.ts"
import { partitionsOf } from "../../catalog/partitions.ts"
import type { Duplicate } from "./duplicate.ts"

/** The catalog once the second column has taken over for good: in last place, with copies of all that the first had. */
export function afterDuplicate({ table, column, fresh, extras }: Duplicate, before: Catalog): Catalog {
  const change = (one: Table): Table => {
    const renaming = (name: string): string => (name === column.name ? fresh.name : name)
    const { statistics = [], ...rest } = one
    const kept = statistics.filter(({ columns }) => !columns.includes(column.name))
    return {
      ...rest,
      ...(kept.length > 0 && { statistics: kept }),
      columns: [...one.columns.filter(({ name }) => name !== column.name), fresh],
      grants: one.grants.map((grant) => ({ ...grant, column: grant.column === null ? null : renaming(grant.column) })),
      constraints: one.constraints.map((constraint) =>
        constraint.columns.includes(column.name)
          ? {
              ...constraint,
              columns: constraint.columns.map(renaming),
              definition: rebindConstraint(constraint.definition, renaming).replace(/ NOT VALID$/, ""),
              validated: true,
            }
          : constraint,
      ),
      indexes: one.indexes.map((index) =>
        index.reads.includes(column.name)
          ? {
              ...withoutMark(index),
              columns: index.columns.map(renaming),
              reads: index.reads.map(renaming).toSorted(),
              definition: rebindIndex(index.definition, index.name, renaming),
            }
          : index,
      ),
    }
  }
  const own = change(table)
  const whole: Table = {
    ...own,
    constraints: [...own.constraints, ...extras.constraints].toSorted(byName),
    indexes: [...own.indexes, ...extras.indexes].toSorted(byName),
  }
  return withTables(before, [whole, ...partitionsOf(table, before).map(change)])
}

/** CLUSTER goes on by the first column's index, which is hidden with it. One that replication goes by isn't hidden. */
function withoutMark({ clustered: _clustered, ...index }: Index): Index {
  return index
}
