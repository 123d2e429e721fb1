import type { Sync, SyncColumn, SyncGroup } from "../domain/backfill.ts"
import { hashOf } from "../domain/hash.ts"
import type { RelationName } from "../domain/relation.ts"
import { fittingName, reservedPrefix } from "../operations/names.ts"
import type { ShownColumn, SyncPart } from "../operations/operation.ts"
import { triggerNames } from "../operations/sync/triggers.ts"

/** The dual write of each table that the parts are about, in the order of their first mention. */
export function mergeSyncs(
  parts: readonly SyncPart[],
  revisions: readonly string[],
  shown: readonly ShownColumn[] = [],
): readonly Sync[] {
  const relations = new Map(parts.map(({ relation }) => [keyOf(relation), relation]))
  return [...relations].map(([key, relation]) => {
    const groups = parts.filter((part) => keyOf(part.relation) === key).map(({ group }) => group)
    const renamed = shown.filter((column) => keyOf(column.relation) === key)
    return syncOf(relation, connect(groups), revisions, renamed)
  })
}

/**
 * One table's dual write. Its names are of this change alone: the marker outlives the run's contract, and another run
 * on the same table may have begun by then.
 */
export function syncOf(
  relation: RelationName,
  groups: readonly SyncGroup[],
  revisions: readonly string[],
  shown: readonly ShownColumn[] = [],
): Sync {
  const mark = markOf(relation, revisions)
  return {
    relation: { schema: relation.schema, name: relation.name },
    mark,
    groups,
    renamed: shown.map(({ physical, name }) => ({ physical, name })),
    marker: `${reservedPrefix}_filled_${mark}`,
    function: fittingName(`sync_${mark}_${relation.name}`),
    ...triggerNames(mark),
  }
}

/** 8 hex digits that tell a change's names on a table from those of any other change on it. */
export function markOf({ schema, name }: RelationName, revisions: readonly string[]): string {
  return hashOf({ relation: { schema, name }, revisions }).slice(0, 8)
}

/**
 * Groups that have a column in common which something computes, or which only one shape has, are one group: who wrote
 * is judged for all of it. Columns of both shapes connect nothing.
 */
function connect(groups: readonly SyncGroup[]): readonly SyncGroup[] {
  const result: SyncGroup[] = []
  for (const group of groups) {
    const near = result.filter((other) => isConnected(group, other))
    const merged = [...near, group].reduce(union)
    // In the place of the first that it joins, so that the order of the operations stays.
    const at = near[0] ? result.indexOf(near[0]) : result.length
    const others = result.filter((other) => !near.includes(other))
    others.splice(at, 0, merged)
    result.splice(0, result.length, ...others)
  }
  return result
}

function isConnected(left: SyncGroup, right: SyncGroup): boolean {
  const [own, theirs] = [ownNames(left), ownNames(right)]
  const leftAll = [...own, ...left.sources.map(({ name }) => name)]
  const rightAll = [...theirs, ...right.sources.map(({ name }) => name)]
  return own.some((name) => rightAll.includes(name)) || theirs.some((name) => leftAll.includes(name))
}

function ownNames(group: SyncGroup): readonly string[] {
  return [...group.old, ...group.new].map(({ name }) => name)
}

function union(left: SyncGroup, right: SyncGroup): SyncGroup {
  const sides = { old: together([...left.old, ...right.old]), new: together([...left.new, ...right.new]) }
  const own = new Set([...sides.old, ...sides.new].map(({ name }) => name))
  return { ...sides, sources: together([...left.sources, ...right.sources]).filter(({ name }) => !own.has(name)) }
}

/** Each column once; of two mentions the one that says how it is computed. */
function together(columns: readonly SyncColumn[]): readonly SyncColumn[] {
  const byName = new Map<string, SyncColumn>()
  for (const column of columns)
    if (!byName.has(column.name) || column.expression !== null) byName.set(column.name, column)
  return [...byName.values()]
}

function keyOf({ schema, name }: RelationName): string {
  return JSON.stringify([schema, name])
}
