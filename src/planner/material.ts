import { findTable } from "../catalog/model.ts"
import type { Catalog, Table } from "../catalog/model.ts"
import type { Sync } from "../domain/backfill.ts"
import { BugError } from "../domain/errors.ts"
import type { PlannedRevision } from "../domain/plan.ts"
import { displayName } from "../domain/relation.ts"
import type { RelationName } from "../domain/relation.ts"
import type { SqlStep, Step } from "../domain/step.ts"
import { stepScope } from "../operations/table-name.ts"
import type { JudgedOperation } from "./judge-operations.ts"
import type { VersionSteps } from "./plan-versions.ts"

/** What a strategy orders into steps. */
export interface Material {
  readonly operations: readonly JudgedOperation[]
  readonly syncs: readonly Sync[]
  readonly revisions: readonly PlannedRevision[]
  readonly catalog: Catalog
  readonly defaultSchema: string
  readonly versions: VersionSteps
}

export function tableOf({ relation }: { readonly relation: RelationName }, { catalog }: Material): Table {
  const table = findTable(catalog, relation)
  if (!table) throw plannerBug(`${displayName(relation)} has steps, and the catalog doesn't have it`)
  return table
}

export function scopeOf({ relation }: { readonly relation: RelationName }, { defaultSchema }: Material): string {
  return stepScope(relation, { defaultSchema })
}

export function onlySqlStep(step: Step): SqlStep {
  if (step.action !== "sql") throw plannerBug(`${step.id} is no SQL`)
  return step
}

export function onlyTransactional(step: SqlStep): SqlStep {
  if (!step.transactional) throw plannerBug(`${step.id} can't be a part of one transaction`)
  return step
}

export function plannerBug(message: string): BugError {
  return new BugError({ code: "BUG", subject: "planner", message })
}
