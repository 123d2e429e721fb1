import { findColumn, findTable } from "../catalog/model.ts"
import type { Catalog } from "../catalog/model.ts"
import { isSameRelation } from "../domain/relation.ts"
import type { ColumnName } from "../domain/relation.ts"
import type { BoundOperation, Shapes } from "./bound-operation.ts"
import { unlessRefused } from "./unless-refused.ts"

/**
 * The earlier operation that changes a column of this one's, where one of the two moves it or takes its name: what the
 * other one does would be done to the column that goes, and be lost with it, or be looked for under a name that has
 * gone. Two that change a column in place go together.
 */
export function rivalOf(
  operation: BoundOperation,
  earlier: readonly BoundOperation[],
  { shapes, running }: { readonly shapes: Shapes; readonly running: Catalog },
): BoundOperation | undefined {
  for (const name of operation.alters.filter((altered) => isThere(altered, running))) {
    const rival = earlier.find(
      (other) =>
        other.alters.some((altered) => isSame(altered, name)) &&
        (moves(other, name, shapes) || moves(operation, name, shapes)),
    )
    if (rival) return rival
  }
  return undefined
}

/** One that an earlier operation has taken away is refused as unknown. */
function isThere({ relation, column }: ColumnName, running: Catalog): boolean {
  const table = findTable(running, relation)
  return table !== undefined && findColumn(table, column) !== undefined
}

function moves(operation: BoundOperation, name: ColumnName, shapes: Shapes): boolean {
  if (operation.losesNames.some((lost) => isSame(lost, name))) return true
  const hidden = unlessRefused(() => operation.hides(shapes), [])
  return hidden.some(({ table, column }) => isSame({ relation: table, column: column.name }, name))
}

function isSame(left: ColumnName, right: ColumnName): boolean {
  return left.column === right.column && isSameRelation(left.relation, right.relation)
}
