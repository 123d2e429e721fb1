import { displayName, type ColumnName } from "../domain/relation.ts"
import { findTable, type Catalog, type Table } from "./model.ts"
import { firesForApplications } from "./ours.ts"
import { partitionsOf } from "./partitions.ts"

/**
 * Triggers of the application that the second catalog has and the first hasn't, and whose functions name one of the
 * columns of the row, in words; of the columns' tables and of their partitions.
 */
export function lateTriggers(was: Catalog, is: Catalog, columns: readonly ColumnName[]): readonly string[] {
  const told = columns.flatMap(({ relation, column }) => {
    const table = findTable(is, relation)
    return table ? [table, ...partitionsOf(table, is)].flatMap((host) => lateOf(was, host, column)) : []
  })
  return [...new Set(told)]
}

function lateOf(was: Catalog, host: Table, column: string): readonly string[] {
  const known = new Set(findTable(was, host)?.triggers.map(({ name }) => name))
  return host.triggers
    .filter((trigger) => firesForApplications(trigger) && !known.has(trigger.name) && trigger.reads?.includes(column))
    .map(({ name }) => `trigger ${name} of ${displayName(host)}, whose function says NEW.${column} or OLD.${column}`)
}
