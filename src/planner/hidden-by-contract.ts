import type { Plan } from "../domain/plan.ts"
import { isSameRelation, type ColumnName } from "../domain/relation.ts"
import { reservedPrefix } from "../operations/names.ts"
import { hiddenColumns } from "../operations/sync/hidden-columns.ts"
import { contractNameChanges } from "./contract-names.ts"

/** A column that a plan's contract hides. */
export interface HidesColumn extends ColumnName {
  /** Its name from then on. */
  readonly hidden: string
  /** Whether it is computed from the new shape while it is hidden, and so has to be able to hold NULL. */
  readonly computed: boolean
}

/** The columns that a plan's contract hides. */
export function hiddenByContract({ steps, syncs }: Pick<Plan, "steps" | "syncs">): readonly HidesColumn[] {
  return contractNameChanges({ steps }).flatMap(({ schema, table, from, to }) => {
    // A second column that takes over the name comes the other way.
    if (schema === null || to === null || !isOurs(to) || isOurs(from)) return []
    const relation = { schema, name: table }
    const computed = syncs.some(
      (sync) => isSameRelation(sync.relation, relation) && hiddenColumns(sync).some(({ hidden }) => hidden === to),
    )
    return [{ relation, column: from, hidden: to, computed }]
  })
}

function isOurs(name: string): boolean {
  return name.startsWith(`${reservedPrefix}_`)
}
