import { displayName } from "../../domain/relation.ts"
import type { BackfillStep, SqlStep } from "../../domain/step.ts"
import { ident, join, literal, qualified, sql, trusted } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"
import { fillingStep } from "../filling-step.ts"
import { reservedPrefix } from "../names.ts"
import { columnExists, observation } from "../observe.ts"
import { sqlStep } from "../sql-step.ts"
import { tableWalk } from "../sync/backfill-sql.ts"
import { allOf } from "../sync/group-direction.ts"
import { takesOwnPath } from "../sync/own-path.ts"
import { inRange, keyColumns, walkedTable } from "../sync/ranges.ts"
import { againMarker, hashOver, sameKey } from "./archive.ts"
import type { Archive, ArchivedColumn } from "./archive.ts"
import { restoreProperties } from "./column-properties.ts"
import { createDownFunctions, downOf, dropDownFunctions } from "./down-functions.ts"

const inTable = (column: string): Sql => sql`t.${ident(column)}`

/**
 * The last part of taking the drop back: a marker of its own, NULL in every row that has yet to get its values, false in
 * what applications insert from now on (the triggers and defaults have filled those). Not the marker of dual write: a
 * write in between touches some of the columns and must not make the row look done.
 */
export function beginRefill(archive: Archive): Sql {
  const [relation, again] = [qualified(archive.relation), ident(againMarker(archive))]
  return sql`${createDownFunctions(archive)}ALTER TABLE ${relation} ADD COLUMN ${again} boolean;
ALTER TABLE ${relation} ALTER COLUMN ${again} SET DEFAULT FALSE;`
}

/** On the way back, after everything else: what only the refill needed goes, and indexes get what they had besides. */
export function settleStep(archive: Archive, id: string): SqlStep {
  const { relation } = archive
  const again = againMarker(archive)
  return sqlStep({
    id,
    phase: "purge",
    back: true,
    summary: `On the way back: end the filling of ${displayName(relation)} from its archive`,
    sql: sql``,
    undo: sql`ALTER TABLE ${qualified(relation)} DROP COLUMN ${ident(again)};
${dropDownFunctions(archive)}${restoreProperties(archive, "indexes")}`,
    observe: observation({ after: columnExists(relation, again), before: sql`NOT ${columnExists(relation, again)}` }),
    lock: "AccessExclusive",
    needs: [{ kind: "own", relation }],
    relations: [relation],
  })
}

/**
 * On the way back: every row gets its values, batch by batch while applications write. Guarded value by value, because
 * a row that somebody has written to meanwhile may lack the others still.
 */
export function refillStep(archive: Archive, id: string): BackfillStep {
  const { relation, place, walk } = archive
  const again = ident(againMarker(archive))
  const names = archive.columns.map(({ hiding }) => hiding.column.name).join(", ")
  // Where the column doesn't exist, its name means the one of the same name around the question.
  const isLeft = sql`(SELECT EXISTS (SELECT FROM ${walkedTable(walk)} WHERE ${again} IS NULL)
    FROM (SELECT TRUE AS ${again}) AS absent)`
  return fillingStep({
    id,
    phase: "purge",
    back: true,
    summary: `On the way back: fill ${names} in every row of ${displayName(relation)} from ${displayName(place)}`,
    sql: sql``,
    undo: batch(archive),
    observe: observation({ after: isLeft, before: sql`TRUE` }),
    lock: "RowExclusive",
    needs: [{ kind: "own", relation }],
    relations: [relation, place],
    backfill: {
      ...tableWalk(walk),
      writes: [againMarker(archive), ...archive.columns.map(({ hiding }) => hiding.hidden)],
      awaitUnfilled: sql`SELECT FROM ${walkedTable(walk)} WHERE t.${again} IS NULL LIMIT 1 FOR NO KEY UPDATE`,
      unfilled: sql`SELECT EXISTS (
  SELECT FROM ${walkedTable(walk)}
  WHERE ${inRange(walk)} AND t.${again} IS NULL
) AS unfilled`,
    },
  })
}

/**
 * The archived row as one value, and what it is called beside the table's own columns. PostgreSQL takes a bare name for a
 * column wherever there is one; of these names no table has any.
 */
const [row, found] = [ident(`${reservedPrefix}_row`), ident(`${reservedPrefix}_found`)]

/**
 * The archived row is looked up row by row, which costs the same whatever the archive's size; values are computed from
 * the row itself, which is locked by then.
 */
function batch(archive: Archive): Sql {
  const { place, walk } = archive
  const again = ident(againMarker(archive))
  const [pick, match] = pickAndMatch(archive)
  const values = archive.columns.map(
    (column) =>
      sql`${ident(column.hiding.hidden)} = coalesce(${inTable(column.hiding.hidden)}, ${restored(archive, column)})`,
  )
  return sql`WITH free AS MATERIALIZED (
  SELECT ${pick},
    (SELECT ${row} FROM ${qualified(place)} AS ${row} WHERE ${sameKey(archive, row, sql`t`)}) AS ${found}
  FROM ${walkedTable(walk)}
  WHERE ${inRange(walk)}
    AND t.${again} IS NULL
  ORDER BY ${join(keyColumns(walk))}
  FOR NO KEY UPDATE OF t SKIP LOCKED
)
UPDATE ${walkedTable(walk)}
SET ${join([...values, sql`${again} = TRUE`], ",\n  ")}
FROM free
WHERE ${match}
    AND ${inRange(walk)}
    AND t.${again} IS NULL
    AND ${takesOwnPath}`
}

/** A place is unique within one partition only. */
function pickAndMatch({ walk }: Archive): readonly [Sql, Sql] {
  if (walk.key.length === 0)
    return [sql`t.tableoid AS leaf, t.ctid AS place`, sql`t.tableoid = free.leaf AND t.ctid = free.place`]
  const match = walk.key.map(({ name }) => sql`t.${ident(name)} = free.${ident(name)}`)
  return [join(keyColumns(walk)), allOf(match)]
}

/**
 * What was archived, where that is still right: of a computed value, where what it is computed from is the same. Else
 * what `down` makes of the row; of a row that came after the purge, what the column's default would have given it.
 */
function restored(archive: Archive, { hiding, down }: ArchivedColumn): Sql {
  const kept = sql`(free.${found}).${ident(hiding.hidden)}`
  if (down)
    return sql`CASE WHEN (free.${found}).${ident(down.hash.name)} = ${hashOver(down.hash, inTable)}
      THEN ${kept} ELSE ${downOf(archive, down, inTable)} END`
  const [first] = archive.key
  // PostgreSQL's own words of the default.
  const absent = hiding.column.default === null ? literal(null) : trusted(`(${hiding.column.default})`)
  return sql`CASE WHEN (free.${found}).${ident(first?.name ?? "")} IS NULL THEN ${absent} ELSE ${kept} END`
}
