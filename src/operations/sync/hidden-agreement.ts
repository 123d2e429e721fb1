import type { Sync, SyncColumn, SyncGroup } from "../../domain/backfill.ts"
import { ident, join, none, sql, trusted } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"
import { assigned, differs, stored } from "./byte-equality.ts"
import { dollarQuoted } from "./dollar-quoted.ts"
import { anyOf, computed, directionOf, remark, valueOf } from "./group-direction.ts"
import { finalName, hiddenColumns, hiddenNames } from "./hidden-columns.ts"
import { pinnedSettings } from "./pinned-settings.ts"

/**
 * Whether a row's hidden columns say the same as its new shape, asked where somebody may have written past the triggers
 * that keep them. A function, because what `down` can't compute is NULL there: a plain expression would stop at the row.
 */

/** Groups of which a row tells by itself whether its two shapes agree. */
function toldGroups(sync: Sync): readonly SyncGroup[] {
  return sync.groups.filter(
    (group) =>
      directionOf(group) === "both" &&
      group.old.some(({ hidden }) => hidden !== null) &&
      [...computed(group.old), ...computed(group.new)].every(({ comparable }) => comparable),
  )
}

/**
 * Hidden columns whose rows don't tell: what stood in them before is the truth whatever `down` says of it, or another
 * value comes out each time.
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
  const values = parametersOf(sync).map(({ name }) => sql`t.${ident(nameInKeep(sync, name))}`)
  return sql`sluice.${ident(hiddenNames(sync).agreement)}(${join(values)})`
}

export function createAgreement(sync: Sync): Sql {
  if (!canTell(sync)) return none
  const parameters = parametersOf(sync)
  const types = parameters.map(({ type }) => trusted(type)) // format_type's own words
  const groups = toldGroups(sync)
  const variables = groups.flatMap(({ old }) => computed(old))
  const body = sql`
DECLARE
${join(
  variables.map((column, at) => sql`  ${variable(at)} ${trusted(column.type)};`),
  "\n",
)}
BEGIN
${join(
  groups.map((group) => judge(group, parameters, variables)),
  "\n",
)}
  RETURN TRUE;
END
`
  return sql`
CREATE OR REPLACE FUNCTION sluice.${ident(hiddenNames(sync).agreement)}(${join(types)}) RETURNS boolean
  LANGUAGE plpgsql
  STABLE
  ${pinnedSettings([sync])}
AS ${dollarQuoted(body)};`
}

export function dropAgreement(sync: Sync): Sql {
  return canTell(sync) ? sql`\nDROP FUNCTION IF EXISTS sluice.${ident(hiddenNames(sync).agreement)};` : none
}

/** Old = down(new), or new = up(old): what holds of every row that contract has let through, and of every write since. */
function judge(group: SyncGroup, parameters: readonly SyncColumn[], variables: readonly SyncColumn[]): Sql {
  const value = (name: string): Sql => trusted(`$${parameters.findIndex((column) => column.name === name) + 1}`)
  const old = computed(group.old)
  const down = old.map((column) => {
    const into = variable(variables.indexOf(column))
    return sql`  BEGIN
    ${into} := ${assigned(column, valueOf(column, value))};
  EXCEPTION WHEN OTHERS THEN
    ${into} := NULL;
  END;`
  })
  const apart = old.map((column) => differs(column, value(column.name), variable(variables.indexOf(column))))
  const wrong = computed(group.new).map((column) =>
    differs(column, value(column.name), stored(column, valueOf(column, value))),
  )
  return sql`  ${remark(`${old.map(({ name }) => name).join(", ")}: as down makes them, or such that up makes the new shape of them`)}
${join(down, "\n")}
  IF ${anyOf(apart, "    ")} THEN
    BEGIN
      IF ${anyOf(wrong, "        ")} THEN
        RETURN FALSE;
      END IF;
    EXCEPTION WHEN OTHERS THEN
      RETURN FALSE;
    END;
  END IF;`
}

/** What the function is given of a row: each column once. */
function parametersOf(sync: Sync): readonly SyncColumn[] {
  const all = toldGroups(sync).flatMap((group) => [...group.old, ...group.new, ...group.sources])
  return all.filter(({ name }, at) => all.findIndex((other) => other.name === name) === at)
}

function nameInKeep(sync: Sync, name: string): string {
  const hidden = sync.groups.flatMap(({ old }) => old).find((column) => column.name === name)?.hidden
  return hidden ?? finalName(sync, name)
}

function variable(at: number): Sql {
  return trusted(`down_${at + 1}`)
}
