import type { Catalog, Table } from "../../catalog/model.ts"
import { partitionsOf } from "../../catalog/partitions.ts"
import type { Finding } from "../../domain/finding.ts"
import { displayName } from "../../domain/relation.ts"
import { parseTree } from "../../sql/engine.ts"
import { refusal } from "../table-findings.ts"
import { foreignPartitionFindings } from "../host-findings.ts"
import type { IndexSpec } from "./spec.ts"

/** What stands against an index on a partitioned table. */
export function partitionedIndexFindings(index: IndexSpec, table: Table, catalog: Catalog): readonly Finding[] {
  if (table.partitioning !== "parent") return []
  const foreign = foreignPartitionFindings(table, catalog)
  if (!index.unique) return foreign
  const keys = index.elements.flatMap(({ key }) => ("column" in key ? [key.column] : []))
  const parents = [table, ...partitionsOf(table, catalog)].filter(({ partitionKey }) => partitionKey !== undefined)
  const missing = parents.flatMap((parent) => partitionColumns(parent).filter((column) => !keys.includes(column)))
  if (missing.length === 0) return foreign
  return [
    ...foreign,
    refusal(
      "UNIQUE_ON_PARTITIONED",
      `${displayName(table)}: ${index.name}`,
      `A unique index of a partitioned table must include what it is partitioned by: ${[...new Set(missing)].join(", ")}`,
      "Add it to the columns, or build a unique index on each partition by itself.",
    ),
  ]
}

/** The columns of the partition key; where it is an expression, something that is no column's name. */
function partitionColumns({ partitionKey = "" }: Table): readonly string[] {
  const [statement] = parseTree(`CREATE TABLE t () PARTITION BY ${partitionKey}`)
  if (!statement || !("CreateStmt" in statement.node)) return []
  const parts = statement.node.CreateStmt.partspec?.partParams ?? []
  return parts.map((part) => ("PartitionElem" in part ? part.PartitionElem.name : undefined) ?? `(${partitionKey})`)
}
