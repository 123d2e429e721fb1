import type { RelationName } from "../domain/relation.ts"
import type { Revision } from "../revisions/revision.ts"
import { madeVersions } from "./plan-versions.ts"
import { referencedBy } from "./referenced.ts"
import type { Referenced } from "./referenced.ts"
import type { PlanTarget } from "./target.ts"

/** What the catalog reader has to load for a plan. */
export interface PlanWish extends Referenced {
  readonly schemas: readonly string[]
  readonly relations: readonly RelationName[]
  readonly inFull: readonly string[]
}

/** Version views show every table of the target's schemas; without them the tables that the revisions name are enough. */
export function catalogWish(
  revisions: readonly Revision[],
  target: Pick<PlanTarget, "schemas" | "versions">,
): PlanWish {
  const { schemas, versions } = target
  const made = madeVersions(revisions, target).map(({ name }) => name)
  return {
    schemas: [...schemas, ...made],
    inFull: versions.schemas ? schemas : [],
    ...referencedBy(revisions, schemas[0] ?? "public"),
  }
}
