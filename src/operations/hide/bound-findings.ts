import type { Column, Table } from "../../catalog/model.ts"
import type { Finding } from "../../domain/finding.ts"
import { refusal, warning } from "../table-findings.ts"
import { bondsOf } from "./hide-column.ts"

/** What holds on to the column and would be broken by its hiding, or stop its dropping. */
export function boundFindings(table: Table, column: Column, subject: string): readonly Finding[] {
  const findings: Finding[] = []
  const users = table.columnDependents.filter((one) => one.column === column.name).map(({ dependent }) => dependent)
  if (users.length > 0)
    findings.push(
      refusal(
        "COLUMN_IN_USE",
        subject,
        `It can't be dropped while this uses it: ${users.join(", ")}`,
        "Change or drop that first, in a revision of its own.",
      ),
    )
  const held = table.constraints.filter(
    ({ kind, columns }) => (kind === "primary key" || kind === "exclude") && columns.includes(column.name),
  )
  for (const { kind, name } of held)
    findings.push(
      refusal(
        "COLUMN_IN_KEY",
        subject,
        `It takes part in the ${kind === "exclude" ? "exclusion constraint" : kind} ${name}, which can't be brought back without stopping writers`,
        "Give the table another key first.",
      ),
    )
  const bonds = bondsOf(table, column.name)
  const stuck = [
    ...bonds.constraints.filter(({ kind }) => kind === "foreign key"),
    ...bonds.unique.map(({ index }) => index),
  ]
  for (const { name } of table.partitioning === "parent" ? stuck : [])
    findings.push(
      refusal(
        "PARTITIONED_CONSTRAINT",
        subject,
        `It takes part in ${name}, which PostgreSQL can't add to a partitioned table without stopping writers, so that there would be no way back`,
        `Drop ${name} first, in a revision of its own.`,
      ),
    )
  if (
    table.replicaIdentity === "index" &&
    table.indexes.some(({ unique, columns }) => unique && columns.includes(column.name))
  )
    findings.push(
      warning(
        "REPLICA_IDENTITY",
        subject,
        "It may be part of the table's replica identity, without which UPDATE and DELETE fail once the table is published",
        "Look at REPLICA IDENTITY USING INDEX of the table, and choose another index first.",
      ),
    )
  return findings
}

/** Indexes of several columns are dropped with any one of them. */
export function lostIndexFindings(table: Table, column: Column, subject: string): readonly Finding[] {
  const findings: Finding[] = []
  for (const { name, reads } of table.indexes.filter(({ constraint }) => constraint === null))
    if (reads.length > 1 && reads.includes(column.name))
      findings.push(
        warning(
          "INDEX_GOES_WITH_COLUMN",
          `${subject}: ${name}`,
          "The index has other columns too, and goes with this one when it is dropped",
          "Create an index on the remaining columns (create_index) where queries need it.",
        ),
      )
  return findings
}
