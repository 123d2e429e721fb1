import type { Catalog } from "../../catalog/model.ts"
import type { SqlStep } from "../../domain/step.ts"
import { concurrentIndexStep } from "../indexes/concurrent-step.ts"
import { partitionIndexes } from "../indexes/partitioned.ts"
import { partitionedIndexSteps } from "../indexes/partitioned-steps.ts"
import type { CreateIndex } from "./resolved.ts"

/** One concurrent build, or one for each partition. */
export function createIndexSteps({ table, index, phase, id }: CreateIndex, before: Catalog): readonly SqlStep[] {
  if (table.partitioning !== "parent") return [concurrentIndexStep(index, phase, id)]
  return partitionedIndexSteps(index, partitionIndexes(index, before), phase, id)
}
