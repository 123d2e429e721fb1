import { hashOf } from "../domain/hash.ts"
import type { Table } from "./model.ts"
import { withoutOurs } from "./ours.ts"

/**
 * sha256 of a table's shape, or of null where there is none. Left out: what is ours, who owns and may use it, and what
 * others have built upon it, for none of that is the table's own shape.
 */
export function shapeHash(table: Table | undefined): string {
  if (!table) return hashOf(null)
  const {
    owner: _owner,
    grants: _grants,
    dependents: _dependents,
    columnDependents: _columnDependents,
    inheritance,
    ...shape
  } = withoutOurs(table)
  // Where there is none it is left out: plans that know nothing of it keep their hashes.
  return hashOf(inheritance ? { ...shape, inheritance } : shape)
}
