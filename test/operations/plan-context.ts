import type { Catalog } from "../../src/catalog/model.ts"
import type { PlanContext } from "../../src/operations/operation.ts"

/** The context of a plan of one operation, whose expressions see nothing but the catalog before it. */
export function planContext(before: Catalog, more: Partial<PlanContext> = {}): PlanContext {
  return {
    defaultSchema: "public",
    revision: "0001_test",
    versionViews: false,
    before,
    after: before,
    shown: [],
    ...more,
  }
}
