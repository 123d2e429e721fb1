import type { Sync, SyncColumn, SyncGroup } from "../../domain/backfill.ts"
import { ident, join, none, sql, trusted } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"
import { assigned, differs, stored } from "./byte-equality.ts"
import { dollarQuoted } from "./dollar-quoted.ts"
import { anyOf, computed, directionOf, remark, valueOf } from "./group-direction.ts"
import type { Bind } from "./group-direction.ts"
import { finalName, hiddenColumns, hiddenNames } from "./hidden-columns.ts"
import { pinnedSettings } from "./pinned-settings.ts"
import { asRecord, fieldAt, recordParameter } from "./row-record.ts"

/**
 * Whether a row's hidden columns say the same as its new shape, asked where somebody may have written past the triggers
 * that keep them. A function, because what `down` can't compute is NULL there: a plain expression would stop at the row.
 */

/**
 * Groups of which a row tells by itself whether its two shapes agree: each new column is computed from the old shape, and
 * nothing else is read. A new column that only `down` reads could hold a write that no value of the old shape shows.
 */
export function toldGroups(sync: Sync): readonly SyncGroup[] {
  return sync.groups.filter(
    (group) =>
      directionOf(group) === "both" &&
      group.old.some(({ hidden }) => hidden !== null) &&
      group.new.every(({ expression }) => expression !== null) &&
      readsOnly(computed(group.old), group.new) &&
      readsOnly(group.new, group.old) &&
      [...computed(group.old), ...group.new].every(({ comparable }) => comparable),
  )
}

function readsOnly(columns: readonly SyncColumn[], sources: readonly SyncColumn[]): boolean {
  return columns.every(({ reads }) => reads.every((name) => sources.some((source) => source.name === name)))
}

/**
 * Hidden columns whose rows don't tell: what stood in them before is the truth whatever `down` says of it, another value
 * comes out each time, or `down` reads what isn't computed from them.
 */
export function untoldColumns(sync: Sync): readonly SyncColumn[] {
  const told = toldGroups(sync).flatMap(({ old }) => old)
  return hiddenColumns(sync).filter((column) => !told.includes(column))
}

/** True where the hidden columns of at least one group can be compared. */
export function canTell(sync: Sync): boolean {
  return toldGroups(sync).length > 0
}

/** A condition on the row `t`, by its columns' names from contract to purge: its shapes agree. */
export function agrees(sync: Sync): Sql {
  const values = comparedColumns(sync).map(({ name }) => sql`t.${ident(nameInKeep(sync, name))}`)
  return sql`sluice.${ident(hiddenNames(sync).agreement)}(${asRecord(values)})`
}

export function createAgreement(sync: Sync): Sql {
  if (!canTell(sync)) return none
  const columns = comparedColumns(sync)
  const value = (name: string): Sql => fieldAt(columns.findIndex((column) => column.name === name))
  const body = sql`
DECLARE
${judgeVariables(sync)}
BEGIN
${join(
  toldGroups(sync).map((group) => judge(sync, group, value, sql`RETURN FALSE;`)),
  "\n",
)}
  RETURN TRUE;
END
`
  return sql`
CREATE OR REPLACE FUNCTION sluice.${ident(hiddenNames(sync).agreement)}(${recordParameter}) RETURNS boolean
  LANGUAGE plpgsql
  STABLE
  ${pinnedSettings([sync])}
AS ${dollarQuoted(body)};`
}

export function dropAgreement(sync: Sync): Sql {
  return canTell(sync) ? sql`\nDROP FUNCTION IF EXISTS sluice.${ident(hiddenNames(sync).agreement)};` : none
}

/** What `judge` needs to be declared. */
export function judgeVariables(sync: Sync): Sql {
  return join(
    judged(sync).map((column, at) => sql`  ${variable(at)} ${trusted(column.type)};`),
    "\n",
  )
}

/**
 * Does a statement where neither old = down(new) nor new = up(old): one of them holds of every row that contract has let
 * through, and of every write since. `value`: a column by the name that the group has for it.
 */
export function judge(sync: Sync, group: SyncGroup, value: Bind, statement: Sql): Sql {
  const columns = judged(sync)
  const old = computed(group.old)
  const downOf = (column: SyncColumn): Sql => variable(columns.indexOf(column))
  const down = old.map(
    (column) => sql`  BEGIN
    ${downOf(column)} := ${assigned(column, valueOf(column, value))};
  EXCEPTION WHEN OTHERS THEN
    ${downOf(column)} := NULL;
  END;`,
  )
  const apart = old.map((column) => differs(column, value(column.name), downOf(column)))
  const wrong = group.new.map((column) => differs(column, value(column.name), stored(column, valueOf(column, value))))
  return sql`  ${remark(`${old.map(({ name }) => name).join(", ")}: as down makes them, or such that up makes the new shape of them?`)}
${join(down, "\n")}
  IF ${anyOf(apart, "    ")} THEN
    BEGIN
      IF ${anyOf(wrong, "        ")} THEN
        ${statement}
      END IF;
    EXCEPTION WHEN OTHERS THEN
      ${statement}
    END;
  END IF;`
}

function judged(sync: Sync): readonly SyncColumn[] {
  return toldGroups(sync).flatMap(({ old }) => computed(old))
}

/** What the function is given of a row: each column once. */
function comparedColumns(sync: Sync): readonly SyncColumn[] {
  const all = toldGroups(sync).flatMap((group) => [...group.old, ...group.new])
  return all.filter(({ name }, at) => all.findIndex((other) => other.name === name) === at)
}

/** The name from contract to purge of a column that the groups call so. */
export function nameInKeep(sync: Sync, name: string): string {
  const hidden = sync.groups.flatMap(({ old }) => old).find((column) => column.name === name)?.hidden
  return hidden ?? finalName(sync, name)
}

function variable(at: number): Sql {
  return trusted(`down_${at + 1}`)
}
