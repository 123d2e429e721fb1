import type { RelationName } from "../domain/relation.ts"
import { keyOf } from "./model.ts"
import type { Catalog, Table } from "./model.ts"

/** The partitions of a table at every level, in the catalog's order. */
export function partitionsOf(parent: RelationName, { tables }: Catalog): readonly Table[] {
  const parents = new Map(tables.flatMap((table) => (table.parent ? [[keyOf(table), keyOf(table.parent)]] : [])))
  const top = keyOf(parent)
  const isBelow = (key: string): boolean => {
    const above = parents.get(key)
    return above !== undefined && (above === top || isBelow(above))
  }
  return tables.filter((table) => isBelow(keyOf(table)))
}

/** The partitions that hold rows. */
export function leavesOf(parent: RelationName, catalog: Catalog): readonly Table[] {
  return partitionsOf(parent, catalog).filter(({ partitioning }) => partitioning === "partition")
}
