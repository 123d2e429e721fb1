import type { Sync } from "../../domain/backfill.ts"
import { alwaysPinned, pinnedByNeed } from "../../domain/value-settings.ts"
import type { PinnedByNeed, ValueSetting } from "../../domain/value-settings.ts"
import { settingsBehind } from "../../sql/parser.ts"
import { ident, join, literal, sql } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"

/**
 * The settings of a trigger function that computes what the syncs say, the same that our sessions have: those that change
 * how most values are printed and read, and of the rarer ones those that an expression can depend on.
 */
export function pinnedSettings(syncs: readonly Sync[]): Sql {
  const needed = new Set(syncs.flatMap((sync) => [...settingsOf(sync)]))
  const pins: readonly (readonly [string, string])[] = [
    ...Object.entries(alwaysPinned),
    ...Object.entries(pinnedByNeed).filter(([name]) => needed.has(name as PinnedByNeed)),
  ]
  return join([sql`SET search_path = pg_catalog, pg_temp`, ...pins.map(pin)], "\n  ")
}

function pin([name, value]: readonly [string, string]): Sql {
  return sql`SET ${ident(name)} = ${literal(value)}`
}

function settingsOf({ groups }: Sync): readonly ValueSetting[] {
  return groups.flatMap((group) => {
    const all = [...group.old, ...group.new, ...group.sources]
    const typeOf = (name: string): string | null => all.find((column) => column.name === name)?.type ?? null
    return all.flatMap(({ expression, type }) =>
      expression === null ? [] : [...settingsBehind(expression, { typeOf, target: type })],
    )
  })
}
