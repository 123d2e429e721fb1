import type { Sync } from "../../domain/backfill.ts"
import { isSameRelation } from "../../domain/relation.ts"
import type { SqlStep, Step } from "../../domain/step.ts"
import { mergeSteps } from "../../operations/merge-steps.ts"
import { syncStep } from "../../operations/sync/install.ts"
import { hiddenColumns } from "../../operations/sync/hidden-columns.ts"
import { keepHiddenStep } from "../../operations/sync/keep-hidden.ts"
import { fillsRows } from "../../operations/sync/group-direction.ts"
import { endOfSync } from "../../operations/sync/remove.ts"
import { onlySqlStep, onlyTransactional, scopeOf, tableOf } from "../material.ts"
import type { Material } from "../material.ts"
import { purgeSteps } from "../purge-steps.ts"
import { revisionStep } from "../revision-step.ts"
import { backfillStep, verifyStep } from "../row-steps.ts"

/**
 * The order of an expand-contract run: what only adds; the new version's views; then rows, and what needs them filled; the comparison; then, in
 * one transaction, the end of the old shape; and what is dropped for good once it has been kept long enough.
 */
export function expandContract(material: Material): readonly Step[] {
  const { operations, syncs } = material
  // Where only old columns are computed, what stands in the rows is the truth already.
  const filled = syncs.filter(fillsRows)
  const declared = operations.map(({ operation, shapes }) => operation.expand(shapes))
  return [
    ...expandSteps(material, declared),
    ...material.versions.make,
    ...filled.map((sync) => backfillStep(sync, tableOf(sync, material), `backfill/${scopeOf(sync, material)}/fill`)),
    ...declared.flat().filter(({ phase }) => phase === "backfill"),
    ...filled.map((sync) => compare(sync, material, "verify")),
    ...filled.map((sync) => compare(sync, material, "contract")),
    ...contractSteps(material),
    ...purgeSteps(material),
  ]
}

/** A table's dual write begins where the first operation that needs it stands, before that one's own steps. */
function expandSteps(material: Material, declared: readonly (readonly Step[])[]): readonly Step[] {
  const begun = new Set<Sync>()
  return material.operations.flatMap(({ operation, shapes }, index) => {
    const part = operation.sync(shapes)
    const sync = material.syncs.find((other) => part !== null && isSameRelation(other.relation, part.relation))
    const own = (declared[index] ?? []).filter(({ phase }) => phase === "expand")
    if (!sync || begun.has(sync)) return own
    begun.add(sync)
    return [syncStep(sync, `expand/${scopeOf(sync, material)}/sync`), ...own]
  })
}

function compare(sync: Sync, material: Material, phase: "verify" | "contract"): Step {
  return verifyStep(sync, tableOf(sync, material), `${phase}/${scopeOf(sync, material)}/compare`, phase)
}

/**
 * What contract declares: steps that stand there for the way back alone, and the parts of the one transaction. Dual
 * write ends before columns get their hidden names, and what keeps those true begins after it.
 */
function contractSteps({ operations, syncs, revisions, versions }: Material): readonly SqlStep[] {
  const declared = operations.flatMap(({ operation, shapes }) => operation.contract(shapes)).map(onlySqlStep)
  const hiding = syncs.filter((sync) => hiddenColumns(sync).length > 0)
  const ending = [...syncs.map(endOfSync), ...declared.filter(({ back }) => !back).map(onlyTransactional)]
  const parts = [
    ...versions.hide(ending.flatMap(({ relations }) => relations)),
    ...ending,
    ...hiding.map(keepHiddenStep),
    ...revisions.map(revisionStep),
  ]
  const names = revisions.map(({ id }) => id).join(", ")
  const summary =
    parts.length > revisions.length
      ? `End the old shape in one transaction, and record ${names} as applied`
      : `Record ${names} as applied`
  const hide = mergeSteps({ id: "contract/hide", phase: "contract", summary }, parts)
  return [...declared.filter(({ back }) => back), hide]
}
