import type { Catalog, Column, Table } from "../../catalog/model.ts"
import { ownOfPartitions } from "../../catalog/partition-own.ts"
import type { Finding } from "../../domain/finding.ts"
import { displayName } from "../../domain/relation.ts"
import { firstFindings } from "../first-findings.ts"
import { warning } from "../table-findings.ts"
import type { AlterColumnInput } from "./input.ts"

/** NOT NULL of the whole table is taken back from every partition, also from those that had it before. */
export function requiredPartitionFindings(
  { nullable }: AlterColumnInput,
  table: Table,
  column: Column,
  catalog: Catalog,
): readonly Finding[] {
  if (nullable !== false || column.notNull) return []
  const findings = ownOfPartitions(table, column.name, catalog)
    .filter(({ notNull }) => notNull)
    .map(({ partition }) =>
      warning(
        "PARTITION_HAS_OWN",
        `${displayName(partition)}.${column.name}`,
        "This partition has NOT NULL on the column already, and an undo takes it away with that of the whole table",
        "Set it again should the run be undone.",
      ),
    )
  return firstFindings(findings, `${displayName(table)}.${column.name}`)
}
