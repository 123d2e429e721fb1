import type { Catalog, Column, Table } from "../../catalog/model.ts"
import { partitionsOf } from "../../catalog/partitions.ts"
import type { Finding } from "../../domain/finding.ts"
import { boundFindings } from "../hide/bound-findings.ts"
import { nullFindings } from "../hide/null-findings.ts"
import { newDomainFindings } from "../new-domain-findings.ts"
import { domainFindings } from "../sync/domain-findings.ts"
import { partitionFindings } from "./partition-findings.ts"
import { refusal, warning } from "../table-findings.ts"
import { widerRowFindings } from "../wider-row-findings.ts"

/**
 * Why a column can't get a second one of this type that takes its place, or what has to be known about that. A domain
 * that allows no NULL is told once, where both are of it.
 */
export function duplicateFindings(
  table: Table,
  column: Column,
  type: string,
  subject: string,
  catalog: Catalog,
): readonly Finding[] {
  const ofOld = nullFindings(column, catalog, subject)
  const findings = [
    ...boundFindings(table, column, subject, catalog),
    ...ofOld,
    ...(ofOld.length > 0 && type === column.type ? [] : newDomainFindings(type, catalog, subject)),
    ...domainFindings(type, catalog, subject),
    ...leftFindings(table, column, catalog, subject),
    ...widerRowFindings(table, catalog),
  ]
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

/** What nobody but its maker can make once more for the second column. */
function leftFindings(table: Table, column: Column, catalog: Catalog, subject: string): readonly Finding[] {
  const left = [table, ...partitionsOf(table, catalog)].flatMap(({ statistics = [], indexes }) => [
    ...statistics
      .filter(({ columns }) => columns.includes(column.name))
      .map(({ name }) => `the extended statistics ${name}`),
    ...indexes
      .filter(({ clustered, reads }) => clustered === true && reads.includes(column.name))
      .map(({ name }) => `the mark of CLUSTER on index ${name}`),
  ])
  if (left.length === 0) return []
  return [
    warning(
      "STAYS_WITH_OLD_COLUMN",
      subject,
      `The column gets a second one that takes its place, and this isn't made for that: ${left.join(", ")}`,
      "Once contracted, make it anew for the new column (CREATE STATISTICS …; ALTER TABLE … CLUSTER ON …), and ANALYZE.",
    ),
  ]
}
