import type { Sync, SyncColumn } from "../../domain/backfill.ts"
import { alwaysPinned, pinnedByNeed } from "../../domain/value-settings.ts"
import type { PinnedByNeed, ValueSetting } from "../../domain/value-settings.ts"
import { isSettled, isSettledType, settingsBehind } from "../../sql/parser.ts"
import { ident, join, literal, sql } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"

/**
 * The settings of a trigger function that computes what the syncs say, the same that our sessions have: those that change
 * how most values are printed and read, unless nothing here is such a value, and of the rarer ones those that an expression
 * can depend on. Each costs every write of an application some 200 ns.
 */
export function pinnedSettings(syncs: readonly Sync[]): Sql {
  const needed = new Set(syncs.flatMap((sync) => [...settingsOf(sync)]))
  const isSettledAnyway = syncs.length > 0 && syncs.every(readsAndMakesSettled)
  const pins: readonly (readonly [string, string])[] = [
    ...(isSettledAnyway ? [] : Object.entries(alwaysPinned)),
    ...Object.entries(pinnedByNeed).filter(([name]) => needed.has(name as PinnedByNeed)),
  ]
  return join([sql`SET search_path = pg_catalog, pg_temp`, ...pins.map(pin)], "\n  ")
}

/** Nothing that the sync compares, prints or computes depends on a setting. */
function readsAndMakesSettled({ groups }: Sync): boolean {
  return groups.every((group) => {
    const all = [...group.old, ...group.new, ...group.sources]
    const typeOf = typesOf(all)
    return all.every(
      ({ expression, type }) =>
        isSettledType(type) && (expression === null || isSettled(expression, { typeOf, target: type })),
    )
  })
}

function pin([name, value]: readonly [string, string]): Sql {
  return sql`SET ${ident(name)} = ${literal(value)}`
}

function settingsOf({ groups }: Sync): readonly ValueSetting[] {
  return groups.flatMap((group) => {
    const all = [...group.old, ...group.new, ...group.sources]
    const typeOf = typesOf(all)
    return all.flatMap(({ expression, type }) =>
      expression === null ? [] : [...settingsBehind(expression, { typeOf, target: type })],
    )
  })
}

function typesOf(columns: readonly SyncColumn[]): (name: string) => string | null {
  return (name) => columns.find((column) => column.name === name)?.type ?? null
}
