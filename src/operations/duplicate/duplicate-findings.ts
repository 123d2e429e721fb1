import type { Catalog, Column, Table } from "../../catalog/model.ts"
import type { Finding } from "../../domain/finding.ts"
import { boundFindings } from "../hide/bound-findings.ts"
import { nullFindings } from "../hide/null-findings.ts"
import { partitionFindings } from "./partition-findings.ts"
import { refusal } from "../table-findings.ts"

/** Why a column can't get a second one that takes its place, or what has to be known about that. */
export function duplicateFindings(table: Table, column: Column, subject: string, catalog: Catalog): readonly Finding[] {
  const findings = [...boundFindings(table, column, subject, catalog), ...nullFindings(column, catalog, subject)]
  if (table.partitioning !== "parent") return findings
  for (const { name } of table.indexes.filter(({ unique, reads }) => !unique && reads.includes(column.name)))
    findings.push(
      refusal(
        "PARTITIONED_CONSTRAINT",
        subject,
        `Index ${name} would have to be built once more, which PostgreSQL can't do on a partitioned table without stopping writers`,
        `Drop ${name} first, in a revision of its own.`,
      ),
    )
  return [...findings, ...partitionFindings(table, column, subject, catalog)]
}
