import type { TableWalk } from "../../domain/backfill.ts"
import { displayName } from "../../domain/relation.ts"
import type { VerifyStep } from "../../domain/step.ts"
import { ident, join, literal, none, qualified, sql } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"
import { comparisonStep } from "../comparison-step.ts"
import { tableWalk } from "../sync/backfill-sql.ts"
import { differs } from "../sync/byte-equality.ts"
import { anyOf } from "../sync/group-direction.ts"
import { inRange, walkedTable } from "../sync/ranges.ts"
import { archiveColumns, archivedValues, bytesMatter } from "./archive.ts"
import type { Archive } from "./archive.ts"
import { captureSet } from "./capture.ts"

/** Compares table and archive in both directions, in one snapshot per range: the archive counts only once it is equal. */
export function compareStep(archive: Archive, id: string): VerifyStep {
  const { relation, place } = archive
  return comparisonStep({
    id,
    phase: "purge",
    summary: `Compare every row of ${displayName(relation)} with its archive`,
    sql: compareSql(archive),
    needs: [{ kind: "select", relation }],
    relations: [relation, place],
    walk: comparedWalk(archive),
    rests: [captureSet(archive)],
    countUnfilled: null,
    difference: {
      code: "ARCHIVE_DIFFERS",
      what: `rows that its archive ${displayName(place)} doesn't have, has otherwise, or has too many`,
      hint: "Something wrote past the triggers (a partition attached or truncated, a trigger disabled). Put the archive's rows right, then `sluice retry`; `sluice undo` gives the purge up. Nothing has been dropped.",
    },
  })
}

/** `$1`, `$2` text[] the range, `$3` int how many keys to list (see `VerifyStep`). */
function compareSql(archive: Archive): Sql {
  const { place } = archive
  const columns = archiveColumns(archive)
  const values = archivedValues(archive, (name) => sql`t.${ident(name)}`)
  const named = join(
    values.map((value, at) => sql`${value} AS ${columns[at] ?? value}`),
    ", ",
  )
  const within = byKey(archive)
    ? inRange(archive.walk)
    : sql`$1::text[] IS NULL AND $2::text[] IS NULL -- all of it: what has no ordered key has no ranges`
  const key = archive.key.map(({ name }) => ident(name))
  const bothKeys = key.map((name) => sql`coalesce(own.${name}, kept.${name})`)
  const apart = [
    sql`own.${key[0] ?? none} IS NULL`,
    sql`kept.${key[0] ?? none} IS NULL`,
    ...archive.columns.map(({ hiding }) =>
      differs(
        { compareBytes: bytesMatter(hiding.column) },
        sql`own.${ident(hiding.hidden)}`,
        sql`kept.${ident(hiding.hidden)}`,
      ),
    ),
    ...archive.hashes.map(({ name }) => sql`own.${ident(name)} IS DISTINCT FROM kept.${ident(name)}`),
  ]
  return sql`SELECT count(*) AS rows,
  count(*) FILTER (WHERE compared.is_bad) AS bad,
  coalesce((array_agg(compared.key) FILTER (WHERE compared.is_bad))[1:$3::integer], '{}') AS keys
FROM (
  SELECT ${bothKeys.length === 1 ? sql`(${bothKeys[0] ?? none})::text` : sql`ROW(${join(bothKeys)})::text`} AS key,
    (${anyOf(apart, "      ")}) AS is_bad
  FROM (
    SELECT ${named}
    FROM ${walkedTable(archive.walk)}
    WHERE ${within}
  ) AS own
  FULL JOIN (
    SELECT ${join(columns)}
    FROM ${qualified(place)} AS t
    WHERE ${within}
  ) AS kept ON ${join(
    key.map((name) => sql`own.${name} = kept.${name}`),
    " AND ",
  )}
) AS compared`
}

function byKey({ walk }: Archive): boolean {
  return walk.key.length > 0
}

/** Without an ordered key there is one range: archived rows lie in other places than the table's. */
function comparedWalk(archive: Archive): TableWalk {
  const walk = tableWalk(archive.walk)
  if (byKey(archive)) return walk
  return {
    ...walk,
    batchEnd: sql`SELECT $1::text[] AS key, $3::integer AS rows WHERE $2::text[] IS NOT NULL AND ${literal(false)}`,
  }
}
