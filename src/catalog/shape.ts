import { hashOf } from "../domain/hash.ts"
import type { Table } from "./model.ts"
import { withoutOurs } from "./ours.ts"

/**
 * sha256 of a table's shape, or of null where there is none. Left out: what is ours, who owns it, and what others have
 * built upon it, for none of that is the table's own shape.
 */
export function shapeHash(table: Table | undefined): string {
  if (!table) return hashOf(null)
  const { owner: _owner, dependents: _dependents, inheritance, ...shape } = withoutOurs(table)
  // Where there is none it is left out: plans that know nothing of it keep their hashes.
  return hashOf(inheritance ? { ...shape, inheritance } : shape)
}
