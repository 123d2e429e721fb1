import { findColumn, keyOf } from "./model.ts"
import type { Catalog, Column, Constraint, Index, Table, Trigger } from "./model.ts"
import { partitionsOf } from "./partitions.ts"
import type { Grant } from "./rights.ts"

/**
 * What a partition has on a column by itself, and not from the table that it is a partition of. Whatever changes the
 * whole table neither asks for it nor brings it back, unless somebody does so by name.
 */
export interface OwnOfPartition {
  readonly partition: Table
  readonly column: Column
  /** All in which the column takes part, but not NOT NULL. */
  readonly constraints: readonly Constraint[]
  /** All that read the column, those of constraints too. */
  readonly indexes: readonly Index[]
  /** It allows no NULL, where the table above it does. */
  readonly notNull: boolean
  /** Its default isn't that of the whole table, which may have none. */
  readonly otherDefault: boolean
  /** Rights on this column alone: PostgreSQL hands none down. */
  readonly grants: readonly Grant[]
  /** What uses the partition's column: see `columnDependents`. */
  readonly dependents: readonly string[]
}

/** Of every partition, at each level, that has anything of its own on the column. */
export function ownOfPartitions(table: Table, name: string, catalog: Catalog): readonly OwnOfPartition[] {
  const whole = findColumn(table, name)
  if (!whole) return []
  return withParents(table, catalog).flatMap(({ partition, parent }) => {
    const column = findColumn(partition, name)
    if (!column) return []
    const own = {
      partition,
      column,
      constraints: partition.constraints.filter(
        (one) => one.kind !== "not null" && one.columns.includes(name) && !parent.constraints.some(isHandedDown(one)),
      ),
      indexes: partition.indexes.filter((one) => one.reads.includes(name) && !parent.indexes.some(isSameIndex(one))),
      notNull: column.notNull && findColumn(parent, name)?.notNull !== true,
      otherDefault: column.default !== whole.default,
      grants: partition.grants.filter((grant) => grant.column === name),
      dependents: dependentsOn(partition, name).filter(
        (one) => !dependentsOn(parent, name).some((above) => isGeneratedAlike(one, above)),
      ),
    }
    return hasAny(own) ? [own] : []
  })
}

/** The triggers of each partition that aren't copies of one of the table above it. */
export function ownTriggersOfPartitions(
  table: Table,
  catalog: Catalog,
): readonly { readonly partition: Table; readonly triggers: readonly Trigger[] }[] {
  return withParents(table, catalog)
    .map(({ partition, parent }) => ({
      partition,
      triggers: partition.triggers.filter((one) => !parent.triggers.some(isCopiedTo(one))),
    }))
    .filter(({ triggers }) => triggers.length > 0)
}

/** Each partition with the table right above it. */
function withParents(table: Table, catalog: Catalog): readonly { readonly partition: Table; readonly parent: Table }[] {
  if (table.partitioning !== "parent") return []
  const partitions = partitionsOf(table, catalog)
  const byKey = new Map([table, ...partitions].map((one) => [keyOf(one), one]))
  return partitions.flatMap((partition) => {
    const parent = partition.parent && byKey.get(keyOf(partition.parent))
    return parent ? [{ partition, parent }] : []
  })
}

function hasAny({ constraints, indexes, notNull, otherDefault, grants, dependents }: OwnOfPartition): boolean {
  return notNull || otherDefault || [constraints, indexes, grants, dependents].some(({ length }) => length > 0)
}

/** A check is handed down under its name; what else there is may get another one. */
function isHandedDown(one: Constraint): (above: Constraint) => boolean {
  return (above) =>
    above.kind === one.kind &&
    (one.kind === "check" ? above.name === one.name : withoutState(above.definition) === withoutState(one.definition))
}

function withoutState(definition: string): string {
  return definition.replace(/ NOT VALID$/, "")
}

/** What indexes say besides their names and their tables' names. */
function isSameIndex(one: Index): (above: Index) => boolean {
  return (above) => above.unique === one.unique && afterTable(above.definition) === afterTable(one.definition)
}

function afterTable(definition: string): string {
  return definition.slice(definition.indexOf(" USING "))
}

/** Triggers that fire for each row are copied to partitions, under their names; one can be switched on there alone. */
function isCopiedTo({ name, enabled }: Trigger): (above: Trigger) => boolean {
  return (above) =>
    above.name === name &&
    / FOR EACH ROW /.test(above.definition) &&
    (above.enabled !== "disabled" || enabled === "disabled")
}

function dependentsOn(table: Table, column: string): readonly string[] {
  return table.columnDependents.filter((one) => one.column === column).map(({ dependent }) => dependent)
}

/** A generated column is one of every partition too: `table column public.events_1.day` and `… public.events.day`. */
function isGeneratedAlike(one: string, above: string): boolean {
  const isColumn = [one, above].every((text) => text.startsWith("table column "))
  return isColumn && one.split(".").at(-1) === above.split(".").at(-1)
}
