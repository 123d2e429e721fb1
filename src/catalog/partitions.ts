import { isSameRelation } from "../domain/relation.ts"
import type { RelationName } from "../domain/relation.ts"
import { findTable } from "./model.ts"
import type { Catalog, Table } from "./model.ts"

/** The partitions of a table at every level, in the catalog's order. */
export function partitionsOf(parent: RelationName, catalog: Catalog): readonly Table[] {
  return catalog.tables.filter((table) => isBelow(table, parent, catalog))
}

/** The partitions that hold rows. */
export function leavesOf(parent: RelationName, catalog: Catalog): readonly Table[] {
  return partitionsOf(parent, catalog).filter(({ partitioning }) => partitioning === "partition")
}

function isBelow(table: Table, parent: RelationName, catalog: Catalog): boolean {
  if (!table.parent) return false
  if (isSameRelation(table.parent, parent)) return true
  const above = findTable(catalog, table.parent)
  return above !== undefined && isBelow(above, parent, catalog)
}
