import type { Catalog, Table } from "../../catalog/model.ts"
import { partitionsOf } from "../../catalog/partitions.ts"
import { isSameRelation } from "../../domain/relation.ts"
import type { RelationName } from "../../domain/relation.ts"
import { fittingName, freeName } from "../names.ts"
import { isIndexNameTaken } from "../taken-names.ts"
import type { IndexSpec } from "./spec.ts"

/** An index of a partition, and that of the table above it, of which it is a part. */
export interface PartitionIndex {
  readonly index: IndexSpec
  readonly parent: RelationName
  /** False: the partition is partitioned itself. */
  readonly isLeaf: boolean
}

/** The indexes that an index on a partitioned table consists of, those of upper levels first. */
export function partitionIndexes(root: IndexSpec, catalog: Catalog): readonly PartitionIndex[] {
  const below = (table: RelationName, index: IndexSpec): readonly PartitionIndex[] =>
    partitionsOf(table, catalog)
      .filter(({ parent }) => parent !== null && isSameRelation(parent, table))
      .flatMap((partition) => {
        const own = { ...root, relation: nameOf(partition), name: nameFor(partition, root.name, catalog) }
        const isLeaf = partition.partitioning === "partition"
        return [{ index: own, parent: nameOfIndex(index), isLeaf }, ...below(partition, own)]
      })
  return below(root.relation, root)
}

export function nameOfIndex({ relation, name }: IndexSpec): RelationName {
  return { schema: relation.schema, name }
}

function nameFor(partition: Table, index: string, catalog: Catalog): string {
  const base = fittingName(`${partition.name}_${index}`)
  return freeName(base, (name) => isIndexNameTaken(catalog, partition.schema, name))
}

function nameOf({ schema, name }: RelationName): RelationName {
  return { schema, name }
}
