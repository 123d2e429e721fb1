import { isSameRelation } from "../domain/relation.ts"
import type { Catalog } from "../catalog/model.ts"
import { opaqueRelations, sqlOperation } from "../operations/sql.ts"
import type { BoundOperation } from "./bound-operation.ts"

/** Whether `earlier` is raw SQL on a table that `later` is about: nobody knows that table's shape then. */
export function opaqueTo(earlier: BoundOperation, later: BoundOperation, catalog: Catalog): boolean {
  if (earlier.kind !== sqlOperation.kind) return false
  const input = sqlOperation.input.safeParse(earlier.input)
  // Two scripts in a row run in their order, as written; only Sluice's own operations have to know the shape.
  if (!input.success || later.kind === sqlOperation.kind) return false
  return opaqueRelations(input.data, catalog, earlier.context).some((relation) =>
    later.relations.some((other) => isSameRelation(other, relation)),
  )
}
