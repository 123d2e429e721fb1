import type { Catalog, Column, Table } from "../../catalog/model.ts"
import { ownOfPartitions } from "../../catalog/partition-own.ts"
import type { OwnOfPartition } from "../../catalog/partition-own.ts"
import type { Finding } from "../../domain/finding.ts"
import { displayName } from "../../domain/relation.ts"
import { ident, qualified } from "../../sql/sql.ts"
import { firstFindings } from "../first-findings.ts"
import { refusal } from "../table-findings.ts"

/**
 * What only a partition has on a column isn't built for the second one that takes its place: it would stay with the old
 * column, bind nothing any more, and go with it. Rights alone are handed on.
 */
export function partitionFindings(table: Table, column: Column, subject: string, catalog: Catalog): readonly Finding[] {
  const findings = ownOfPartitions(table, column.name, catalog).flatMap((own) =>
    thingsOf(own).map(({ what, away }) =>
      refusal(
        "PARTITION_HAS_OWN",
        `${displayName(own.partition)}.${column.name}`,
        `Only this partition has ${what} on the column, and the column that takes its place would be without it`,
        `Give it to the whole of ${displayName(table)}, where that is possible; or take it away (${away}) and bring it back once the run has passed contract.`,
      ),
    ),
  )
  return firstFindings(findings, subject)
}

interface Thing {
  /** `the check p1c` */
  readonly what: string
  /** The statement that takes it away. */
  readonly away: string
}

function thingsOf({ partition, column, ...own }: OwnOfPartition): readonly Thing[] {
  const alter = `ALTER TABLE ${qualified(partition)}`
  const alterColumn = `${alter} ALTER COLUMN ${ident(column.name)}`
  const things: Thing[] = []
  // Keys and exclusion constraints are refused as what they are.
  for (const { kind, name } of own.constraints.filter(({ kind }) => kind !== "primary key" && kind !== "exclude"))
    things.push({
      what: `the ${kind === "unique" ? "unique constraint" : kind} ${name}`,
      away: `${alter} DROP CONSTRAINT ${ident(name)}`,
    })
  for (const { name, unique } of own.indexes.filter(({ constraint }) => constraint === null))
    things.push({
      what: `the ${unique ? "unique " : ""}index ${name}`,
      away: `DROP INDEX ${qualified({ schema: partition.schema, name })}`,
    })
  const isKey = own.constraints.some(({ kind }) => kind === "primary key")
  if (own.notNull && !isKey) things.push({ what: "NOT NULL", away: `${alterColumn} DROP NOT NULL` })
  if (own.otherDefault)
    things.push({
      what: column.default === null ? "no default" : `the default ${column.default}`,
      away: `${alterColumn} ${column.default === null ? "SET DEFAULT, as the whole has it" : "DROP DEFAULT, or set that of the whole"}`,
    })
  return things
}
