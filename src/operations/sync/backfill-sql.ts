import type { Backfill, Sync, SyncColumn, SyncGroup, TableWalk } from "../../domain/backfill.ts"
import type { Table } from "../../catalog/model.ts"
import { ident, join, sql } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"
import { assigned, differs, stored } from "./byte-equality.ts"
import { anyOf, computed, directionOf, valueOf } from "./group-direction.ts"
import { takesOwnPath } from "./own-path.ts"
import { batchEnd, inRange, keyColumns, split, walkedTable, keyText } from "./ranges.ts"
import type { Walk } from "./ranges.ts"
import { walkOf } from "./walk-key.ts"

/** Everything that filling the table needs. */
export function backfillOf(sync: Sync, table: Table): Backfill {
  const walk = walkOf(table)
  return {
    ...tableWalk(walk),
    writes: [sync.marker, ...sync.groups.flatMap((group) => group.new.map(({ name }) => name))],
    awaitUnfilled: sql`SELECT FROM ${walkedTable(walk)} WHERE t.${ident(sync.marker)} IS NULL LIMIT 1 FOR NO KEY UPDATE`,
    unfilled: sql`SELECT EXISTS (
  SELECT FROM ${walkedTable(walk)}
  WHERE ${inRange(walk)} AND t.${ident(sync.marker)} IS NULL
) AS unfilled`,
  }
}

/** How the table is walked through, as the executor needs it. */
export function tableWalk(walk: Walk): TableWalk {
  return {
    relation: walk.relation,
    key: walk.key.map(({ name }) => name),
    partitioned: walk.partitioned,
    split: split(walk),
    batchEnd: batchEnd(walk),
  }
}

const inTable = (column: string): Sql => sql`t.${ident(column)}`

/**
 * One batch: `$1`, `$2` text[] the range (see `BackfillStep`). Rows that others hold are left for the next pass, so
 * that we neither wait nor deadlock; so are those that a writer has moved since the statement began. Values come from
 * `t` itself, never from what was read before the lock. Rows are locked no more than an UPDATE of no key column needs,
 * so that foreign key checks go on.
 */
export function backfillBatchSql(sync: Sync, table: Table): Sql {
  const walk = walkOf(table)
  const marker = sql`t.${ident(sync.marker)}`
  const target = sync.groups.flatMap((group) => computed(group.new))
  const values = target.map((column) => sql`${ident(column.name)} = ${assigned(column, valueOf(column, inTable))}`)
  const set = join([...values, sql`${ident(sync.marker)} = TRUE`], ",\n  ")
  const free = sql`FROM ${walkedTable(walk)}
  WHERE ${inRange(walk)}
    AND ${marker} IS NULL
  ORDER BY ${join(keyColumns(walk))}
  FOR NO KEY UPDATE SKIP LOCKED`
  // A row that we hold stays in its place: it is found there without another search (a fifth of the work).
  return walk.partitioned ? inPartitions(walk, { free, set, marker }) : inOneTable(walk, { free, set, marker })
}

interface BatchParts {
  /** Which rows, from FROM on. */
  readonly free: Sql
  readonly set: Sql
  readonly marker: Sql
}

function inOneTable(walk: Walk, { free, set, marker }: BatchParts): Sql {
  return sql`UPDATE ${walkedTable(walk)}
SET ${set}
WHERE t.ctid = ANY (ARRAY(
  SELECT t.ctid
  ${free}
))
  AND ${marker} IS NULL
  AND ${takesOwnPath}`
}

/** A place is unique within one partition only. */
function inPartitions(walk: Walk, { free, set, marker }: BatchParts): Sql {
  return sql`WITH free AS MATERIALIZED (
  SELECT t.tableoid AS leaf, t.ctid AS place
  ${free}
)
UPDATE ${walkedTable(walk)}
SET ${set}
FROM free
WHERE t.tableoid = free.leaf AND t.ctid = free.place
    AND ${inRange(walk)}
    AND ${marker} IS NULL
    AND ${takesOwnPath}`
}

/** One range compared: `$1`, `$2` text[] the range, `$3` int how many keys to list (see `VerifyStep`). */
export function verifyRangeSql(sync: Sync, table: Table): Sql {
  const walk = walkOf(table)
  return sql`SELECT count(*) AS rows,
  count(*) FILTER (WHERE compared.is_bad) AS bad,
  coalesce((array_agg(compared.key) FILTER (WHERE compared.is_bad))[1:$3::integer], '{}') AS keys
FROM (
  SELECT ${keyText(walk)} AS key,
    ${isBad(sync)} AS is_bad
  FROM ${walkedTable(walk)}
  WHERE ${inRange(walk)}
) AS compared`
}

/**
 * A row is bad that isn't filled, that holds something else than we computed, or whose two shapes agree in neither
 * direction. Rows in which an application set an up-only column itself (marker false) are its own affair.
 */
export function isBad(sync: Sync): Sql {
  const marker = sql`t.${ident(sync.marker)}`
  const upOnly = sync.groups
    .filter((group) => directionOf(group) === "up")
    .flatMap((group) => computed(group.new))
    .filter((column) => column.comparable)
  const wrong = upOnly.map((column) => sql`(${marker} AND ${isWrong(column)})`)
  const apart = sync.groups.filter((group) => directionOf(group) === "both").flatMap((group) => disagreement(group))
  return sql`(${anyOf([sql`${marker} IS NULL`, ...wrong, ...apart], "      ")})`
}

function isWrong(column: SyncColumn): Sql {
  return differs(column, inTable(column.name), stored(column, valueOf(column, inTable)))
}

/** Old ≠ down(new) and new ≠ up(old); nothing where a value like `now()` can't be compared. */
function disagreement(group: SyncGroup): readonly Sql[] {
  const [old, fresh] = [computed(group.old), computed(group.new)]
  if (![...old, ...fresh].every((column) => column.comparable)) return []
  return [sql`((${anyOf(old.map(isWrong))}) AND (${anyOf(fresh.map(isWrong))}))`]
}
