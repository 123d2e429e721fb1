import type { Sync, SyncColumn, SyncGroup } from "../../domain/backfill.ts"
import { ident, join, none, sql, trusted } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"
import { assigned, differs, stored } from "./byte-equality.ts"
import { dollarQuoted } from "./dollar-quoted.ts"
import { pinnedSettings } from "./pinned-settings.ts"
import { allOf, anyOf, computed, directionOf, remark, valueOf } from "./group-direction.ts"

/** The name of the trigger function, in schema `sluice`. */
export function functionName(sync: Sync): Sql {
  return sql`sluice.${ident(sync.function)}`
}

/**
 * The function that both triggers call. It judges who wrote by what the statement changed, before it changes anything
 * itself.
 */
export function createFunction(sync: Sync): Sql {
  return sql`CREATE OR REPLACE FUNCTION ${functionName(sync)}() RETURNS trigger
  LANGUAGE plpgsql
  ${pinnedSettings}
AS ${dollarQuoted(functionBody(sync))};`
}

/** The function's source, as `pg_proc.prosrc` holds it. */
export function functionBody(sync: Sync): Sql {
  const marker = ident(sync.marker)
  return sql`
DECLARE
  is_insert CONSTANT boolean := TG_OP = 'INSERT';
  -- not filled yet: whoever touches the row fills it
  is_fresh CONSTANT boolean := is_insert OR OLD.${marker} IS NULL;
  -- an application set a column itself that nothing computes back: it stays as set, and is not compared
  is_own boolean := is_insert IS FALSE AND OLD.${marker} IS FALSE;
  old_wrote boolean;
  new_wrote boolean;
BEGIN
${join(sync.groups.map(groupBody), "\n")}
  NEW.${marker} := NOT is_own;
  RETURN NEW;
END
`
}

const row = (column: string): Sql => sql`NEW.${ident(column)}`

function groupBody(group: SyncGroup): Sql {
  switch (directionOf(group)) {
    case "both":
      return bothWays(group)
    case "up":
      return upOnly(group)
    case "down":
      return downOnly(group)
    case "none":
      return none
  }
}

/** The statement gave the column a value. On INSERT a column with a default that can't be told counts as given. */
function wrote(column: SyncColumn): Sql {
  const value = row(column.name)
  const given = column.absent === null ? sql`TRUE` : differs(column, value, absentValue(column))
  // In parentheses: plpgsql would take the first THEN that it meets for that of its IF.
  return sql`(CASE WHEN is_insert THEN ${given} ELSE ${changed(column)} END)`
}

function absentValue(column: SyncColumn): Sql {
  return column.absent === null || column.absent === "NULL"
    ? sql`NULL::${trusted(column.type)}` // format_type's own words
    : stored(column, column.absent)
}

function changed(column: SyncColumn): Sql {
  return differs(column, row(column.name), sql`OLD.${ident(column.name)}`)
}

/** The condition that something which the column's expression reads was changed. */
function readsChanged(column: SyncColumn, group: SyncGroup): Sql {
  const others = [...group.old, ...group.new, ...group.sources]
  return anyOf(column.reads.flatMap((name) => others.filter((other) => other.name === name)).map(changed), "       ")
}

function assign(column: SyncColumn): Sql {
  return sql`${row(column.name)} := ${assigned(column, valueOf(column, row))};`
}

function upOnly(group: SyncGroup): Sql {
  const blocks = computed(group.new).map(
    (column) => sql`  ${remark(`${column.name}: from ${column.reads.join(", ")}`)}
  IF ${wrote(column)} THEN
    is_own := TRUE;
  ELSIF is_fresh OR ${readsChanged(column, group)} THEN
    ${assign(column)}
  END IF;`,
  )
  return join(blocks, "\n")
}

function downOnly(group: SyncGroup): Sql {
  // What stands in a row that was there before is the truth: only a write of the new shape computes the old one.
  const blocks = computed(group.old).map(
    (column) => sql`  ${remark(`${column.name}: from ${column.reads.join(", ")}`)}
  IF NOT (${wrote(column)}) AND (is_insert OR ${readsChanged(column, group)}) THEN
    ${assign(column)}
  END IF;`,
  )
  return join(blocks, "\n")
}

function bothWays(group: SyncGroup): Sql {
  const old = computed(group.old)
  const fresh = computed(group.new)
  const title = `${old.map((column) => column.name).join(", ")} and ${fresh.map((column) => column.name).join(", ")}`
  return sql`  ${remark(title)}
  old_wrote := ${anyOf(group.old.map(wrote), "    ")};
  new_wrote := ${anyOf(group.new.map(wrote), "    ")};
  IF new_wrote THEN
    -- first fill what this statement left alone, so that a partial write doesn't erase the rest
    IF is_fresh AND NOT is_insert THEN
${join(
  fresh.map((column) => sql`      IF NOT (${changed(column)}) THEN ${assign(column)} END IF;`),
  "\n",
)}
    END IF;
    -- both shapes written: they stay where they agree in either direction, else the new one wins
    IF NOT (old_wrote AND ${agreement(group)}) THEN
${join(
  old.map((column) => sql`      ${assign(column)}`),
  "\n",
)}
    END IF;
  ELSIF is_fresh OR old_wrote OR ${anyOf(group.sources.map(changed), "    ")} THEN
${join(
  fresh.map((column) => sql`    ${assign(column)}`),
  "\n",
)}
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
