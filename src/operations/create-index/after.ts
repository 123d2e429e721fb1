import { findTable, withTable } from "../../catalog/model.ts"
import type { Catalog, Index } from "../../catalog/model.ts"
import { createIndexSql } from "../indexes/definition.ts"
import { partitionIndexes } from "../indexes/partitioned.ts"
import { columnsUsed } from "../indexes/spec.ts"
import type { IndexSpec } from "../indexes/spec.ts"
import { byName } from "../sorted.ts"
import type { CreateIndex } from "./resolved.ts"

/** The catalog with the index and, of a partitioned table, those of its partitions. */
export function afterCreateIndex({ table, index }: CreateIndex, before: Catalog): Catalog {
  if (table.partitioning !== "parent") return withIndex(before, index, true)
  const parts = partitionIndexes(index, before)
  return parts.reduce((catalog, part) => withIndex(catalog, part.index, part.isLeaf), withIndex(before, index, false))
}

function withIndex(catalog: Catalog, spec: IndexSpec, hasRows: boolean): Catalog {
  const table = findTable(catalog, spec.relation)
  if (!table) return catalog
  const index: Index = {
    name: spec.name,
    columns: spec.elements.map(({ key }) => ("column" in key ? key.column : key.expression)),
    reads: columnsUsed(spec).toSorted(),
    unique: spec.unique,
    valid: true,
    definition: createIndexSql(spec, hasRows ? "at once" : "only"),
    constraint: null,
  }
  // An invalid one of that name has been dropped.
  const others = table.indexes.filter(({ name }) => name !== index.name)
  return withTable(catalog, { ...table, indexes: [...others, index].toSorted(byName) })
}
