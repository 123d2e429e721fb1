import type { OwnOfPartition } from "../../catalog/partition-own.ts"
import { ident, join, literal, qualified, sql, trusted } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"
import type { RelationName } from "../../domain/relation.ts"
import { regclass } from "../observe.ts"
import { doBlock } from "../sync/dollar-quoted.ts"

/**
 * Statements about a partition, run where it still is one of the table: while a run waits, and while it keeps what it
 * has hidden, partitions are detached and dropped as ever.
 */
export function whileAPartition(
  table: RelationName,
  partition: RelationName,
  statements: readonly Sql[],
): readonly Sql[] {
  if (statements.length === 0) return []
  return [
    doBlock(sql`
BEGIN
  IF EXISTS (SELECT FROM pg_partition_ancestors(to_regclass(${literal(qualified(partition))})) AS a WHERE a.relid = ${regclass(table)}) THEN
    ${join(statements, "\n    ")}
  END IF;
END`),
  ]
}

/** A default that is set on the whole table is set on every partition: those with another one get theirs again. */
export function ownDefaults(table: RelationName, partitions: readonly OwnOfPartition[]): readonly Sql[] {
  return partitions.flatMap((own) => whileAPartition(table, own.partition, ownDefault(own)))
}

export function ownDefault({ partition, column, otherDefault }: OwnOfPartition): readonly Sql[] {
  if (!otherDefault) return []
  const action = column.default === null ? sql`DROP DEFAULT` : sql`SET DEFAULT ${trusted(column.default)}`
  return [sql`ALTER TABLE ONLY ${qualified(partition)} ALTER COLUMN ${ident(column.name)} ${action};`]
}
