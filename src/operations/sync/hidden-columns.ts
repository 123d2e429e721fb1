import type { Sync, SyncColumn } from "../../domain/backfill.ts"
import { displayName } from "../../domain/relation.ts"
import type { TriggerSet } from "../../domain/trigger-set.ts"
import { ident, sql } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"
import { fittingName } from "../names.ts"
import { assigned, differs } from "./byte-equality.ts"
import { valueOf } from "./group-direction.ts"
import type { Bind } from "./group-direction.ts"

/**
 * What goes on while the old shape is hidden: the columns that only it has are still computed from the new one, so
 * that they are right on the day they come back. Nothing goes the other way, and nothing that fails here may fail an
 * application: it becomes NULL.
 */
export function hiddenColumns(sync: Sync): readonly SyncColumn[] {
  return sync.groups.flatMap(({ old }) => old).filter((column) => column.hidden !== null && column.expression !== null)
}

/** Names of this change alone: other runs on the same table may begin while this one keeps its hidden columns. */
export function hiddenNames({ mark, relation }: Sync) {
  return {
    insert: `~sluice_hidden_ins_${mark}`,
    update: `~sluice_hidden_upd_${mark}`,
    function: fittingName(`hidden_${mark}_${relation.name}`),
    /** Says of a row whether its two shapes agree. */
    agreement: fittingName(`agree_${mark}_${relation.name}`),
  }
}

/**
 * The triggers that keep hidden columns true, from contract to purge, without what only a comparison needs; null where
 * there is nothing to keep.
 */
export function hiddenTriggers(sync: Sync): TriggerSet | null {
  const columns = hiddenColumns(sync)
  if (columns.length === 0) return null
  const { insert, update, ...names } = hiddenNames(sync)
  return {
    relation: sync.relation,
    keeps: `the hidden columns of ${displayName(sync.relation)} and the new shape`,
    function: names.function,
    helpers: [],
    triggers: [insert, update],
    columns: [...columns.map(({ name, hidden }) => hidden ?? name), sync.marker],
  }
}

/** The value of a hidden column, as it is assigned to it, over the columns of the new shape as `bind` writes them. */
export function hiddenValue(sync: Sync, column: SyncColumn, bind: Bind): Sql {
  return assigned(
    column,
    valueOf(column, (name) => bind(finalName(sync, name))),
  )
}

/** A column of the new shape, by its name from contract on. */
export interface ReadColumn {
  readonly name: string
  readonly compareBytes: boolean
}

/** What a hidden column is computed from. */
export function readsOf(sync: Sync, column: SyncColumn): readonly ReadColumn[] {
  return column.reads.map((name) => readColumn(sync, name))
}

/** A column of the new shape, found by the name that the groups have for it. */
export function readColumn(sync: Sync, name: string): ReadColumn {
  const all = sync.groups.flatMap((group) => [...group.new, ...group.old, ...group.sources])
  const column = all.find((candidate) => candidate.name === name)
  return { name: finalName(sync, name), compareBytes: column?.compareBytes ?? false }
}

/** In a trigger: the statement gave the column another value. */
export function hasChanged(column: ReadColumn): Sql {
  return differs(column, sql`NEW.${ident(column.name)}`, sql`OLD.${ident(column.name)}`)
}

/** What the column is called once contract has given every column its name. */
export function finalName({ renamed }: Sync, name: string): string {
  return renamed.find(({ physical }) => physical === name)?.name ?? name
}
