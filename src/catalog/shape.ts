import { hashOf } from "../domain/hash.ts"
import type { Column, Index, Table, Trigger } from "./model.ts"
import { withoutOurs } from "./ours.ts"

/**
 * sha256 of a table's shape, or of null where there is none. Left out: what is ours, who owns and may use it, what
 * others have built upon it, and how its values are stored and measured, for none of that is the table's own shape.
 */
export function shapeHash(table: Table | undefined): string {
  if (!table) return hashOf(null)
  const {
    owner: _owner,
    grants: _grants,
    dependents: _dependents,
    columnDependents: _columnDependents,
    statistics: _statistics,
    ofType: _ofType,
    inheritance,
    ...rest
  } = withoutOurs(table)
  const shape = {
    ...rest,
    columns: rest.columns.map(withoutSettings),
    indexes: rest.indexes.map(withoutMarks),
    triggers: rest.triggers.map(withoutReads),
  }
  // Where there is none it is left out: plans that know nothing of it keep their hashes.
  return hashOf(inheritance ? { ...shape, inheritance } : shape)
}

function withoutSettings({ settings: _settings, ...column }: Column): Column {
  return column
}

function withoutReads({ reads: _reads, ...trigger }: Trigger): Trigger {
  return trigger
}

function withoutMarks(marked: Index): Index {
  const { clustered: _clustered, identifies: _identifies, comment: _comment, settings: _settings, ...index } = marked
  return index
}
