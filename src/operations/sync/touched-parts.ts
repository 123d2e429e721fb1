import { join, literal, none, sql } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"
import { relationOid } from "../observe.ts"
import { functionOid } from "./trigger-pair.ts"
import type { TriggerPair } from "./trigger-pair.ts"

/** What of a pair of triggers somebody has written anew since a transaction; its name as SQL has it. */
export interface TouchedPart {
  readonly kind: "trigger" | "function" | "partition"
  readonly name: string
}

/**
 * Asks which parts of a pair of triggers were written since transaction `$1`, whatever they are now: each row of the
 * catalog bears the transaction that wrote it last. Disabled and enabled again, replaced and put back, detached and
 * attached: meanwhile rows may have been written that nothing kept equal.
 *
 * `partitions`: also those that were attached, and the triggers that they got with it.
 */
export function touchedParts(pair: TriggerPair, { partitions }: { readonly partitions: boolean }): Sql {
  const names = join(pair.triggers.map(literal))
  const triggers = sql`SELECT 'trigger' AS kind, format('%I of %s', g.tgname, g.tgrelid::regclass) AS name
  FROM pg_trigger AS g
 WHERE g.tgname IN (${names}) ${partitions ? none : sql`AND g.tgparentid = 0`} AND ${isSince(sql`g.xmin`)}`
  const functions = sql`SELECT 'function', ${literal(`sluice.${pair.function}`)}
  FROM pg_proc AS p WHERE p.oid = ${functionOid(pair.function)} AND ${isSince(sql`p.xmin`)}`
  const attached = sql`SELECT 'partition', i.inhrelid::regclass::text
  FROM pg_partition_tree(${relationOid(pair.relation)}) AS t JOIN pg_inherits AS i ON i.inhrelid = t.relid
 WHERE ${isSince(sql`i.xmin`)}`
  return join([triggers, functions, ...(partitions ? [attached] : [])], "\nUNION ALL\n")
}

/** A frozen row is older than any transaction that still has an age. */
function isSince(xmin: Sql): Sql {
  return sql`age(${xmin}) < age($1::xid8::xid)`
}
