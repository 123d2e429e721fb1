import { findColumn, findTable } from "../../catalog/model.ts"
import type { Catalog, Table } from "../../catalog/model.ts"
import type { Finding } from "../../domain/finding.ts"
import { nearestName } from "../../domain/nearest.ts"
import { displayName } from "../../domain/relation.ts"
import type { RelationName } from "../../domain/relation.ts"
import { refusal } from "../table-findings.ts"

/** What a foreign key of so many columns points to: table and columns have to be there, and to be a key. */
export function keyReferenceFindings(
  target: RelationName,
  columns: readonly string[],
  ownColumns: number,
  catalog: Catalog,
  subject: string,
): readonly Finding[] {
  const name = displayName(target)
  const table = findTable(catalog, target)
  if (!table) {
    const message = `The foreign key points to ${name}, which doesn't exist`
    return [refusal("UNKNOWN_TABLE", subject, message, "Create it first, or check the name.")]
  }
  if (columns.length !== ownColumns) {
    const message = `${ownColumns} columns point to ${columns.length}`
    return [refusal("REFERENCE_MISMATCH", subject, message, "Name as many on either side.")]
  }
  const unknown = columns.filter((column) => !findColumn(table, column))
  if (unknown.length > 0) return unknown.map((column) => unknownIn(table, column, subject))
  if (isKey(table, columns)) return []
  const which = columns.map((column) => `${name}.${column}`).join(", ")
  return [
    refusal(
      "REFERENCE_NOT_UNIQUE",
      subject,
      `${which} ${columns.length === 1 ? "is" : "are"} no key: a foreign key can't point there`,
      "Point to the primary key or to unique columns; a deferrable or partial key doesn't count.",
    ),
  ]
}

function unknownIn(table: Table, column: string, subject: string): Finding {
  const nearest = nearestName(
    column,
    table.columns.map(({ name }) => name),
  )
  const hint = nearest === null ? "Check the name." : `Did you mean ${nearest}?`
  return refusal("UNKNOWN_COLUMN", subject, `${displayName(table)} has no column ${column}`, hint)
}

/** In any order: the key of a table may name its columns otherwise than the foreign key does. */
function isKey(table: Table, columns: readonly string[]): boolean {
  const isThese = (key: { readonly columns: readonly string[] }): boolean =>
    key.columns.length === columns.length && key.columns.every((column) => columns.includes(column))
  const constraints = table.constraints.filter(
    ({ kind, definition }) => (kind === "primary key" || kind === "unique") && !/ DEFERRABLE/.test(definition),
  )
  const indexes = table.indexes.filter(
    ({ unique, valid, constraint, definition }) =>
      unique && valid && constraint === null && !/ WHERE /.test(definition),
  )
  return [...constraints, ...indexes].some(isThese)
}
