import type { Catalog } from "../catalog/model.ts"
import type { Finding } from "../domain/finding.ts"
import type { Revision } from "../revisions/revision.ts"

/**
 * What a plan was made from and what was found about it, stored beside it: with these a worker makes the plan again
 * against the live catalog, without the revision files, and says in words what has drifted.
 */
export interface PlanEvidence {
  readonly revisions: readonly Revision[]
  readonly catalog: Catalog
  readonly findings: readonly Finding[]
}
