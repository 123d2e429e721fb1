import type { Catalog } from "../catalog/model.ts"
import type { PlannedRevision } from "../domain/plan.ts"
import type { RelationName } from "../domain/relation.ts"
import type { SqlStep } from "../domain/step.ts"
import type { PlanVersions, VersionSchema } from "../domain/versions.ts"
import { reshapedBy } from "../operations/raw-sql/reshaped.ts"
import type { Reshaped } from "../operations/raw-sql/reshaped.ts"
import { sqlOperation } from "../operations/sql.ts"
import { createVersionStep } from "../operations/views/create-version.ts"
import { dropVersionsStep, hideVersionStep } from "../operations/views/end-version.ts"
import { versionSchemaOf } from "../operations/views/names.ts"
import type { VersionView } from "../operations/views/version-view.ts"
import type { JudgedOperation } from "./judge-operations.ts"
import type { ShapeSources } from "./new-shape.ts"
import type { PlanTarget } from "./target.ts"
import { versionViews } from "./version-views.ts"

/** The version schemas that a plan of these revisions makes: one per schema, of the shape after the last of them. */
export function madeVersions(
  revisions: readonly Pick<PlannedRevision, "id">[],
  { schemas, versions }: Pick<PlanTarget, "schemas" | "versions">,
): readonly VersionSchema[] {
  const last = revisions.at(-1)
  return versions.schemas && last ? schemas.map((schema) => versionSchemaOf(schema, last.id)) : []
}

/**
 * What a plan does with versions. Its contract ends every version that is in use: each of them shows the shape before
 * the plan, also where it isn't that of the plan's parents but of a revision beside them.
 */
export function planVersions(
  revisions: readonly PlannedRevision[],
  target: PlanTarget,
  { versionSchemas }: Pick<Catalog, "versionSchemas">,
): PlanVersions {
  const made = madeVersions(revisions, target)
  const own = revisions.map(({ id }) => id)
  const parents = revisions.flatMap((revision) => revision.parents).filter((parent) => !own.includes(parent))
  const isParent = ({ revision }: VersionSchema): boolean => revision !== null && parents.includes(revision)
  const inUse = versionSchemas.filter(({ base }) => target.schemas.includes(base))
  // First those that the old application should be on.
  const ended = [...inUse.filter(isParent), ...inUse.filter((version) => !isParent(version))]
  return { roles: target.versions.roles, made, ended }
}

/** A version that the plan makes, with its views. */
export interface MadeVersion {
  readonly version: VersionSchema
  readonly views: readonly VersionView[]
}

export function viewsToMake(
  versions: PlanVersions,
  sources: ShapeSources,
  reshaped: readonly Reshaped[],
): readonly MadeVersion[] {
  const unknown = reshaped.map(({ relation }) => relation)
  return versions.made.map((version) => ({ version, views: versionViews(version, sources, unknown) }))
}

/** Tables that raw SQL of the plan changes. */
export function reshapedTables(operations: readonly JudgedOperation[]): readonly Reshaped[] {
  return operations.flatMap(({ operation }) => {
    if (operation.kind !== sqlOperation.kind) return []
    const { up, onComplete } = sqlOperation.input.parse(operation.input)
    const texts = typeof onComplete === "string" ? [up, onComplete] : [up]
    return texts.flatMap((text) => reshapedBy(text, operation.context.defaultSchema))
  })
}

/** The steps of a plan that are about versions, for the strategy to put into their places. */
export interface VersionSteps {
  readonly make: readonly SqlStep[]
  /** Parts of the contract; `ending`: the tables whose shape changes in the same transaction. */
  hide(ending: readonly RelationName[]): readonly SqlStep[]
  /** Of the purge, before what they show is dropped. */
  readonly drop: readonly SqlStep[]
}

export function versionSteps({ ended }: PlanVersions, made: readonly MadeVersion[], { rights }: Catalog): VersionSteps {
  const bases = [...new Set(ended.map(({ base }) => base))]
  return {
    make: made.map(({ version, views }) => createVersionStep(version, views, rights)),
    hide: (ending) => ended.map((version) => hideVersionStep(version, ending)),
    drop: bases.map((base) =>
      dropVersionsStep(
        base,
        ended.filter((version) => version.base === base),
      ),
    ),
  }
}
