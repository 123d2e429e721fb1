import type { PlannedRevision } from "../domain/plan.ts"
import type { SqlStep } from "../domain/step.ts"
import { observation } from "../operations/observe.ts"
import { sqlStep } from "../operations/sql-step.ts"
import { literal, sql, textArray } from "../sql/sql.ts"

/** Says in the target that a revision is applied: a part of the contract step, so true exactly when that is. */
export function revisionStep(revision: PlannedRevision): SqlStep {
  const { id, parents, title, contentHash } = revision
  const isThere = sql`EXISTS (SELECT FROM sluice.revision AS r WHERE r.id = ${literal(id)})`
  return sqlStep({
    id: `contract/revision/${id}`,
    phase: "contract",
    summary: `Record revision ${id} as applied`,
    // Run and plan hash are the defaults of their columns: a plan can contain neither.
    sql: sql`INSERT INTO sluice.revision (id, parents, title, content_hash)
VALUES (${literal(id)}, ${textArray(parents)}, ${literal(title)}, ${literal(contentHash)});`,
    undo: sql`DELETE FROM sluice.revision WHERE id = ${literal(id)};`,
    observe: observation({ after: isThere, before: sql`NOT ${isThere}` }),
    lock: "none",
    needs: [],
    relations: [],
  })
}
