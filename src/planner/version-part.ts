import type { Finding } from "../domain/finding.ts"
import type { PlannedRevision } from "../domain/plan.ts"
import type { RelationName } from "../domain/relation.ts"
import type { PlanVersions } from "../domain/versions.ts"
import type { JudgedOperation } from "./judge-operations.ts"
import type { ShapeSources } from "./new-shape.ts"
import { planVersions, reshapedTables, versionSteps, viewsToMake } from "./plan-versions.ts"
import type { VersionSteps } from "./plan-versions.ts"
import type { PlanTarget } from "./target.ts"
import { versionFindings } from "./version-findings.ts"

/** The part of a plan that is about versions. */
export interface VersionPart {
  readonly versions: PlanVersions
  readonly steps: VersionSteps
  readonly findings: readonly Finding[]
}

export interface VersionPartInput extends ShapeSources {
  readonly operations: readonly JudgedOperation[]
  readonly revisions: readonly PlannedRevision[]
  readonly relations: readonly RelationName[]
  readonly target: PlanTarget
}

export function versionPart(input: VersionPartInput): VersionPart {
  const { operations, revisions, relations, target, before: catalog } = input
  const versions = planVersions(revisions, target, catalog)
  const reshaped = reshapedTables(operations)
  const made = viewsToMake(versions, input, reshaped)
  return {
    versions,
    steps: versionSteps(versions, made, catalog),
    findings: versionFindings({ versions, made, reshaped, relations, catalog }),
  }
}
