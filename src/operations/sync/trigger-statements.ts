import type { Sync, SyncColumn, SyncGroup } from "../../domain/backfill.ts"
import { ident, join, none, sql, trusted } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"
import { assigned, differs, stored } from "./byte-equality.ts"
import { allOf, anyOf, computed, directionOf, remark, valueOf } from "./group-direction.ts"

/** What the trigger fires for. */
type Event = "INSERT" | "UPDATE"

/** The part of the trigger function that keeps one group of columns true when a row comes in, or is changed. */
export function groupStatements(sync: Sync, group: SyncGroup, event: Event): Sql {
  switch (directionOf(group)) {
    case "both":
      return event === "INSERT" ? bothOnInsert(group) : bothOnUpdate(sync, group)
    case "up":
      return each(group.new, (column) =>
        event === "INSERT" ? upOnInsert(sync, column) : upOnUpdate(sync, group, column),
      )
    case "down":
      return each(group.old, (column) => (event === "INSERT" ? downOnInsert(column) : downOnUpdate(group, column)))
    case "none":
      return none
  }
}

function each(columns: readonly SyncColumn[], statements: (column: SyncColumn) => Sql): Sql {
  const parts = computed(columns).map(
    (column) => sql`    ${remark(`${column.name}: from ${column.reads.join(", ")}`)}
${statements(column)}`,
  )
  return join(parts, "\n")
}

const row = (column: string): Sql => sql`NEW.${ident(column)}`

/** The INSERT gave the column a value. One with a default that can't be told counts as given. */
function given(column: SyncColumn): Sql {
  if (column.absent === null) return sql`TRUE`
  const absent = column.absent === "NULL" ? sql`NULL::${trusted(column.type)}` : stored(column, column.absent)
  return differs(column, row(column.name), absent)
}

/** The UPDATE gave the column another value. */
function changed(column: SyncColumn): Sql {
  return differs(column, row(column.name), sql`OLD.${ident(column.name)}`)
}

/** The condition that something which the column's expression reads was changed. */
function readsChanged(column: SyncColumn, group: SyncGroup): Sql {
  const others = [...group.old, ...group.new, ...group.sources]
  return anyOf(column.reads.flatMap((name) => others.filter((other) => other.name === name)).map(changed), "      ")
}

function isFresh(sync: Sync): Sql {
  return sql`OLD.${ident(sync.marker)} IS NULL`
}

/** An application set a column that nothing computes back: it stays as set, and is not compared. */
function keepAsOwn(sync: Sync): Sql {
  return sql`NEW.${ident(sync.marker)} := FALSE;`
}

function assign(column: SyncColumn): Sql {
  return sql`${row(column.name)} := ${assigned(column, valueOf(column, row))};`
}

function assignAll(columns: readonly SyncColumn[], indent: string): Sql {
  return join(
    computed(columns).map((column) => sql`${trusted(indent)}${assign(column)}`), // blanks
    "\n",
  )
}

function upOnInsert(sync: Sync, column: SyncColumn): Sql {
  return sql`    IF ${given(column)} THEN
      ${keepAsOwn(sync)}
    ELSE
      ${assign(column)}
    END IF;`
}

function upOnUpdate(sync: Sync, group: SyncGroup, column: SyncColumn): Sql {
  return sql`    IF ${changed(column)} THEN
      ${keepAsOwn(sync)}
    ELSIF ${isFresh(sync)}
      OR ${readsChanged(column, group)} THEN
      ${assign(column)}
    END IF;`
}

function downOnInsert(column: SyncColumn): Sql {
  return sql`    IF NOT (${given(column)}) THEN
      ${assign(column)}
    END IF;`
}

/** What stands in a row that was there before is the truth: only a write of the new shape computes the old one. */
function downOnUpdate(group: SyncGroup, column: SyncColumn): Sql {
  return sql`    IF NOT (${changed(column)})
      AND (${readsChanged(column, group)}) THEN
      ${assign(column)}
    END IF;`
}

function titleOf(group: SyncGroup): Sql {
  const names = (columns: readonly SyncColumn[]): string =>
    computed(columns)
      .map(({ name }) => name)
      .join(", ")
  return remark(`${names(group.old)} and ${names(group.new)}`)
}

function bothOnInsert(group: SyncGroup): Sql {
  return sql`    ${titleOf(group)}
    IF ${anyOf(group.new.map(given), "      ")} THEN
${newWins(group, given)}
    ELSE
${assignAll(group.new, "      ")}
    END IF;`
}

function bothOnUpdate(sync: Sync, group: SyncGroup): Sql {
  const written = anyOf(group.new.map(changed), "      ")
  const others = [...group.old, ...group.sources].map(changed)
  // The trigger's WHEN has seen that something changed: in a group that is alone it is the old shape then.
  const otherwise =
    sync.groups.length === 1 ? sql`ELSE` : sql`ELSIF ${anyOf([isFresh(sync), ...others], "      ")} THEN`
  return sql`    ${titleOf(group)}
    IF ${written} THEN
      IF ${isFresh(sync)} THEN
${fillFirst(group)}
      END IF;
      IF ${isFresh(sync)} AND NOT (${written}) THEN
        IF ${anyOf(others, "          ")} THEN
${assignAll(group.new, "          ")}
        END IF;
${newWins(group, changed, sql`ELSIF`)}
    ${otherwise}
${assignAll(group.new, "      ")}
    END IF;`
}

/**
 * A write of the new shape finds a row that isn't filled as the backfill would have left it: what a statement does must
 * not depend on how far that is. OLD is the function's own copy. Where `up` fails for what the row held (an application
 * may be about to mend it) what the statement left alone is computed from what the row holds now.
 */
function fillFirst(group: SyncGroup): Sql {
  const columns = computed(group.new)
  const before = (column: string): Sql => sql`OLD.${ident(column)}`
  const lines = (statement: (column: SyncColumn) => Sql): Sql =>
    join(
      columns.map((column) => sql`          ${statement(column)}`),
      "\n",
    )
  const leftAlone = (column: SyncColumn): Sql => sql`IF ${row(column.name)} IS NULL THEN`
  return sql`        -- first as the backfill would have filled it, so that a partial write doesn't erase the rest
        BEGIN
${lines((column) => sql`${before(column.name)} := ${assigned(column, valueOf(column, before))};`)}
${lines((column) => sql`${leftAlone(column)} ${row(column.name)} := ${before(column.name)}; END IF;`)}
        EXCEPTION WHEN OTHERS THEN
${lines((column) => sql`${before(column.name)} := NULL;`)}
${lines((column) => sql`${leftAlone(column)} ${assign(column)} END IF;`)}
        END;`
}

/** Both shapes written: they stay where they agree in either direction, else the new one wins. */
function newWins(group: SyncGroup, isWritten: (column: SyncColumn) => Sql, when = sql`IF`): Sql {
  return sql`      -- both shapes written: they stay where they agree in either direction, else the new one wins
      ${when} NOT ((${anyOf(group.old.map(isWritten), "        ")})
        AND ${agreement(group)}) THEN
${assignAll(group.old, "        ")}
      END IF;`
}

/** Old = down(new), or new = up(old). A direction that holds something like `now()` proves nothing. */
function agreement(group: SyncGroup): Sql {
  const same = (columns: readonly SyncColumn[]): Sql =>
    columns.every((column) => column.comparable)
      ? allOf(
          columns.map(
            (column) => sql`NOT (${differs(column, row(column.name), stored(column, valueOf(column, row)))})`,
          ),
        )
      : sql`FALSE`
  return sql`((${same(computed(group.old))}) OR (${same(computed(group.new))}))`
}
