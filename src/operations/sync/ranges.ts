import type { RelationName } from "../../domain/relation.ts"
import { ident, join, literal, none, qualified, sql, trusted } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"

/** A column of the key with its exact type, for reading a key back from text. */
export interface KeyColumn {
  readonly name: string
  readonly type: string
}

/** How a table is walked through: by a key, or by the place of its rows. */
export interface Walk {
  readonly relation: RelationName
  /** Empty: by `ctid`. */
  readonly key: readonly KeyColumn[]
  /** The columns by which a row is found again, wherever it lies, also where ranges can't follow them; null: none. */
  readonly identity: readonly string[] | null
  readonly partitioned: boolean
}

/** `ONLY "public"."users" AS t`; without ONLY for a partitioned parent, whose rows all lie in its partitions. */
export function walkedTable(walk: Walk): Sql {
  return sql`${walk.partitioned ? none : sql`ONLY `}${qualified(walk.relation)} AS t`
}

/** The key's columns of the row `t`: `t."a", t."b"`. */
export function keyColumns(walk: Walk): readonly Sql[] {
  return walk.key.length === 0 ? [sql`t.ctid`] : walk.key.map(({ name }) => sql`t.${ident(name)}`)
}

/**
 * The row `t` lies behind `$1` and not behind `$2` (text[]; NULL leaves that end open). As comparison of whole rows,
 * so that one index scan serves composite keys too.
 */
export function inRange(walk: Walk): Sql {
  const types = walk.key.length === 0 ? ["tid"] : walk.key.map(({ type }) => type)
  // format_type's own words
  const end = (parameter: Sql): Sql =>
    row(types.map((type, index) => sql`(${parameter}::text[])[${literal(index + 1)}]::${trusted(type)}`))
  const place = row(keyColumns(walk))
  return sql`($1::text[] IS NULL OR ${place} > ${end(sql`$1`)})
    AND ($2::text[] IS NULL OR ${place} <= ${end(sql`$2`)})`
}

function row(values: readonly Sql[]): Sql {
  return values.length === 1 ? (values[0] ?? none) : sql`ROW(${join(values)})`
}

/** How people find the row `t`: `42`, or `(42,a)` for a key of several columns; by its place where it has none. */
export function keyText(walk: Walk): Sql {
  const columns = walk.identity === null ? [sql`t.ctid`] : walk.identity.map((name) => sql`t.${ident(name)}`)
  return columns.length === 1 ? sql`${columns[0] ?? none}::text` : sql`ROW(${join(columns)})::text`
}

function keyArray(walk: Walk): Sql {
  return sql`ARRAY[${join(keyColumns(walk).map((column) => sql`${column}::text`))}]`
}

/** See `Backfill.batchEnd`. The row is looked for in the index and no other is read; only the last, short batch is counted. */
export function batchEnd(walk: Walk): Sql {
  if (walk.key.length === 0) return blocksEnd(walk)
  const backward = join(keyColumns(walk).map((column) => sql`${column} DESC`))
  const left = sql`FROM ${walkedTable(walk)}
  WHERE ${inRange(walk)}`
  return sql`WITH whole AS (
  SELECT ${keyArray(walk)} AS key, $3::integer AS rows
  ${left}
  ORDER BY ${join(keyColumns(walk))}
  OFFSET $3::integer - 1
  LIMIT 1
), rest AS (
  SELECT ${keyArray(walk)} AS key, (SELECT count(*)::integer ${left}) AS rows
  ${left}
    AND NOT EXISTS (SELECT FROM whole)
  ORDER BY ${backward}
  LIMIT 1
)
SELECT key, rows FROM whole
UNION ALL
SELECT key, rows FROM rest`
}

/** See `Backfill.split`. */
export function split(walk: Walk): Sql {
  if (walk.key.length === 0) return blocksSplit(walk)
  const columns = join(keyColumns(walk))
  const names = walk.key.map(({ name }) => ident(name))
  const backward = join(names.map((name) => sql`sample.${name} DESC`))
  // About a thousand blocks say well enough where a table's quarters are, and ten thousand rows of them: more of them
  // would only have to be sorted.
  return sql`SELECT ARRAY[${join(names.map((name) => sql`tiles.${name}::text`))}] AS key
FROM (
  SELECT DISTINCT ON (sample.tile) sample.*
  FROM (
    SELECT ${columns}, ntile($1::integer) OVER (ORDER BY ${columns}) AS tile
    FROM ${walkedTable(walk)} TABLESAMPLE SYSTEM (
      (SELECT least(100, 100.0 * 1000 / greatest(1, sum(blocks))) FROM (${leaves(walk)}) AS leaf))
    WHERE random() < (SELECT 10000 / greatest(1, sum(density * blocks) * least(1, 1000 / greatest(1, sum(blocks))))
                        FROM (${leaves(walk)}) AS leaf)
  ) AS sample
  ORDER BY sample.tile, ${backward}
) AS tiles
WHERE tiles.tile < $1::int
ORDER BY tiles.tile`
}

/** The relations that hold the rows, each with its length in blocks and its density as last analysed. */
function leaves(walk: Walk): Sql {
  const table = sql`${literal(qualified(walk.relation))}::regclass`
  const members = walk.partitioned
    ? sql`SELECT relid FROM pg_partition_tree(${table}) WHERE isleaf`
    : sql`SELECT ${table} AS relid`
  return sql`SELECT ceil(pg_relation_size(member.relid)::numeric / current_setting('block_size')::numeric)::bigint AS blocks,
    CASE WHEN class.relpages > 0 AND class.reltuples > 0 THEN class.reltuples / class.relpages ELSE 50 END AS density
  FROM (${members}) AS member JOIN pg_class AS class ON class.oid = member.relid`
}

/** Places are cut between blocks: `(41,65535)` lies behind every row of block 41. */
function blocksEnd(walk: Walk): Sql {
  return sql`SELECT ARRAY[format('(%s,65535)', least(here.last, here.first + here.step))] AS key,
  ceil((least(here.last, here.first + here.step) - here.first) * here.density)::integer AS rows
FROM (
  SELECT coalesce((($1::text[])[1]::point)[0]::bigint, -1) AS first,
    coalesce((($2::text[])[1]::point)[0]::bigint, max(leaf.blocks) - 1) AS last,
    greatest(1, ceil($3::integer / sum(leaf.density)))::bigint AS step,
    sum(leaf.density) AS density
  FROM (${leaves(walk)}) AS leaf
) AS here
WHERE here.first < here.last`
}

function blocksSplit(walk: Walk): Sql {
  return sql`SELECT DISTINCT ARRAY[format('(%s,65535)', area.blocks * part / $1::integer - 1)] AS key, area.blocks * part / $1::integer AS place
FROM (SELECT max(leaf.blocks) AS blocks FROM (${leaves(walk)}) AS leaf) AS area,
  generate_series(1, $1::integer - 1) AS part
WHERE area.blocks * part / $1::integer > 0
ORDER BY place`
}
