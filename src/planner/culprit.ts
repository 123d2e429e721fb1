import type { Catalog } from "../catalog/model.ts"
import { isSameRelation } from "../domain/relation.ts"
import { hasErrors } from "../domain/finding.ts"
import type { BoundOperation, Shapes } from "./bound-operation.ts"
import type { Movements } from "./settled.ts"

/** What the operations of a plan up to some place make of the catalog. */
export interface Stage {
  /** Once they are contracted. */
  readonly running: Catalog
  readonly movements: Movements
}

/**
 * The earlier operation that stands in this one's way. `stages`: before each of the earlier ones, and after the last.
 * For an operation that is built on the shape after the plan it is the one that moves what this is built on; for any
 * other the one that makes, at contract, what this would need. Where neither can be told: the last on the same table.
 */
export function culpritOf(
  operation: BoundOperation,
  earlier: readonly BoundOperation[],
  { shapes, stages, beforeAt }: { shapes: Shapes; stages: readonly Stage[]; beforeAt: (stage: Stage) => Catalog },
): BoundOperation | undefined {
  const isRefused = (before: Catalog, ...running: [Catalog?]): boolean =>
    hasErrors(operation.check({ ...shapes, before }, ...running))
  const place = stages.findIndex((stage) =>
    operation.seesAfter ? isRefused(beforeAt(stage)) : !isRefused(stage.running, stage.running),
  )
  const found = place > 0 ? earlier[place - 1] : undefined
  return found ?? earlier.findLast((other) => other.relations.some((one) => operation.relations.some(isSame(one))))
}

function isSame(one: BoundOperation["relations"][number]): (other: typeof one) => boolean {
  return (other) => isSameRelation(one, other)
}
