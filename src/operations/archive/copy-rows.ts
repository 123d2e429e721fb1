import { displayName } from "../../domain/relation.ts"
import type { BackfillStep } from "../../domain/step.ts"
import { ident, join, qualified, sql } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"
import { fillingStep } from "../filling-step.ts"
import { observation } from "../observe.ts"
import { tableWalk } from "../sync/backfill-sql.ts"
import { inRange, keyColumns, walkedTable } from "../sync/ranges.ts"
import { archiveColumns, archivedValues, sameKey } from "./archive.ts"
import type { Archive } from "./archive.ts"

/**
 * Copies what the rows hold into the archive, batch by batch. FOR SHARE keeps a row from being deleted or changed until
 * its batch is committed; one that somebody holds is left for the next pass, and what the triggers have brought already
 * is newer than what is copied.
 */
export function copyStep(archive: Archive, id: string): BackfillStep {
  const { relation, place, walk } = archive
  const names = archive.columns.map(({ hiding }) => hiding.column.name).join(", ")
  return fillingStep({
    id,
    phase: "purge",
    summary: `Archive ${names} of every row of ${displayName(relation)}`,
    sql: batch(archive),
    undo: null,
    observe: observation({ after: sql`NOT EXISTS (${missing(archive)})`, before: sql`TRUE` }),
    back: false,
    lock: "RowShare",
    needs: [
      { kind: "own", relation },
      { kind: "bypass-row-security", relation },
    ],
    relations: [relation, place],
    backfill: {
      ...tableWalk(walk),
      writes: [],
      awaitUnfilled: sql`SELECT FROM ${walkedTable(walk)} WHERE ${isMissing(archive)} LIMIT 1 FOR SHARE OF t`,
      unfilled: sql`SELECT EXISTS (
  SELECT FROM ${walkedTable(walk)}
  WHERE ${inRange(walk)} AND ${isMissing(archive)}
) AS unfilled`,
    },
  })
}

function batch(archive: Archive): Sql {
  const { place, walk } = archive
  const columns = archiveColumns(archive)
  const values = archivedValues(archive, (name) => sql`t.${ident(name)}`)
  const key = archive.key.map(({ name }) => ident(name))
  return sql`WITH kept AS MATERIALIZED (
  SELECT ${join(
    values.map((value, at) => sql`${value} AS ${columns[at] ?? value}`),
    ",\n    ",
  )}
  FROM ${walkedTable(walk)}
  WHERE ${inRange(walk)}
  ORDER BY ${join(keyColumns(walk))}
  FOR SHARE SKIP LOCKED
)
INSERT INTO ${qualified(place)} (${join(columns)})
SELECT ${join(columns.map((name) => sql`kept.${name}`))} FROM kept
ON CONFLICT (${join(key)}) DO NOTHING`
}

/** Rows of the table that the archive doesn't have, all of them at once. */
function missing(archive: Archive): Sql {
  const { place, walk } = archive
  return sql`SELECT FROM ${walkedTable(walk)}
  WHERE NOT EXISTS (SELECT FROM ${qualified(place)} AS x WHERE ${sameKey(archive, sql`x`, sql`t`)})`
}

/**
 * The archive doesn't have the row `t`. Looked up row by row: as NOT EXISTS, the server would read the whole archive
 * for each range.
 */
function isMissing(archive: Archive): Sql {
  return sql`(SELECT TRUE FROM ${qualified(archive.place)} AS x WHERE ${sameKey(archive, sql`x`, sql`t`)}) IS NULL`
}
