import type { Catalog, Column, Constraint, Table } from "../../catalog/model.ts"
import { ownOfPartitions } from "../../catalog/partition-own.ts"
import { partitionsOf } from "../../catalog/partitions.ts"
import type { Finding } from "../../domain/finding.ts"
import { displayName } from "../../domain/relation.ts"
import { firstFindings } from "../first-findings.ts"
import { qualified } from "../../sql/sql.ts"
import { refusal, warning } from "../table-findings.ts"
import { bondsOf } from "./bonds.ts"

/**
 * What holds on to the column and would be broken by its hiding, or stop its dropping: on the table itself, and what
 * only a partition has.
 */
export function boundFindings(table: Table, column: Column, subject: string, catalog: Catalog): readonly Finding[] {
  const dependents = table.columnDependents.filter((one) => one.column === column.name)
  const owns = ownOfPartitions(table, column.name, catalog)
  const ofPartitions = (find: (own: (typeof owns)[number], place: string) => readonly Finding[]): readonly Finding[] =>
    firstFindings(
      owns.flatMap((own) => find(own, `${displayName(own.partition)}.${column.name}`)),
      subject,
    )
  return [
    ...usersFindings(
      dependents.map(({ dependent }) => dependent),
      subject,
    ),
    ...ofPartitions((own, place) => usersFindings(own.dependents, place)),
    ...wholeRowFindings(table.constraints, subject),
    ...ofPartitions(({ constraints }, place) => wholeRowFindings(constraints, place)),
    ...keyFindings(table.constraints, column, subject),
    ...ofPartitions(({ constraints }, place) => keyFindings(constraints, column, place)),
    ...stuckFindings(table, table, column, subject),
    ...ofPartitions(({ partition, ...own }, place) => stuckFindings(partition, own, column, place)),
    ...identityFindings(table, column, subject, catalog),
  ]
}

function usersFindings(users: readonly string[], subject: string): readonly Finding[] {
  if (users.length === 0) return []
  return [
    refusal(
      "COLUMN_IN_USE",
      subject,
      `It can't be dropped while this uses it: ${users.join(", ")}`,
      "Change or drop that first, in a revision of its own. How readers of a view notice nothing: docs/applications.md, 'A column that a view reads'.",
    ),
  ]
}

/** Such a check is given every column there is, also the hidden one, under a name that it doesn't know. */
function wholeRowFindings(constraints: readonly Constraint[], subject: string): readonly Finding[] {
  return constraints
    .filter(({ wholeRow }) => wholeRow === true)
    .map(({ name, definition }) =>
      refusal(
        "WHOLE_ROW_CHECK",
        subject,
        `The check ${name} reads the whole row (${definition}): once the column is hidden, every write may fail in it`,
        "Have it name the columns that it is about, in a revision of its own.",
      ),
    )
}

function keyFindings(constraints: readonly Constraint[], column: Column, subject: string): readonly Finding[] {
  return constraints
    .filter(({ kind, columns }) => (kind === "primary key" || kind === "exclude") && columns.includes(column.name))
    .map(({ kind, name }) =>
      refusal(
        "COLUMN_IN_KEY",
        subject,
        `It takes part in the ${kind === "exclude" ? "exclusion constraint" : kind} ${name}, which can't be brought back without stopping writers`,
        "Give the table another key first.",
      ),
    )
}

function stuckFindings(
  { partitioning }: Table,
  parts: Pick<Table, "constraints" | "indexes">,
  column: Column,
  subject: string,
): readonly Finding[] {
  // A partition may be partitioned itself.
  if (partitioning !== "parent") return []
  const bonds = bondsOf(parts, column.name)
  const stuck = [
    ...bonds.constraints.filter(({ kind }) => kind === "foreign key"),
    ...bonds.unique.map(({ index }) => index),
  ]
  return stuck.map(({ name }) =>
    refusal(
      "PARTITIONED_CONSTRAINT",
      subject,
      `It takes part in ${name}, which PostgreSQL can't add to a partitioned table without stopping writers, so that there would be no way back`,
      `Drop ${name} first, in a revision of its own.`,
    ),
  )
}

/** Each partition has an identity of its own. */
function identityFindings(table: Table, column: Column, subject: string, catalog: Catalog): readonly Finding[] {
  const ofPartitions = partitionsOf(table, catalog).flatMap((partition) =>
    identifiedBy(partition, column, `${displayName(partition)}.${column.name}`),
  )
  return [...identifiedBy(table, column, subject), ...firstFindings(ofPartitions, subject)]
}

/** Without the index that replication goes by, PostgreSQL refuses every UPDATE and DELETE that is published. */
function identifiedBy(host: Table, { name }: Column, place: string): readonly Finding[] {
  const index = host.indexes.find(({ identifies, reads }) => identifies === true && reads.includes(name))
  if (!index) return []
  const hasKey = host.constraints.some(({ kind }) => kind === "primary key")
  return [
    refusal(
      "REPLICA_IDENTITY",
      place,
      `Replication tells the rows of ${displayName(host)} apart by index ${index.name}, which goes once the column is hidden: every UPDATE and DELETE that is published would fail`,
      `Give it another identity first: ALTER TABLE ${qualified(host)} REPLICA IDENTITY ${hasKey ? "DEFAULT" : "FULL"}; or USING INDEX of another one.`,
    ),
  ]
}

/** Indexes of several columns are dropped with any one of them. */
export function lostIndexFindings(table: Table, column: Column, subject: string, catalog: Catalog): readonly Finding[] {
  const lost = ({ indexes }: Pick<Table, "indexes">, place: string): readonly Finding[] =>
    indexes
      .filter(({ constraint, reads }) => constraint === null && reads.length > 1 && reads.includes(column.name))
      .map(({ name }) =>
        warning(
          "INDEX_GOES_WITH_COLUMN",
          `${place}: ${name}`,
          "The index has other columns too, and goes with this one when it is dropped",
          "Create an index on the remaining columns (create_index) where queries need it.",
        ),
      )
  const ofPartitions = ownOfPartitions(table, column.name, catalog).flatMap((own) =>
    lost(own, `${displayName(own.partition)}.${column.name}`),
  )
  return [...lost(table, subject), ...firstFindings(ofPartitions, subject)]
}
