import type { Plan } from "../../src/domain/plan.ts"
import { compilePlan, referencedBy } from "../../src/planner/compile.ts"
import type { PlanTarget } from "../../src/planner/target.ts"
import { readCatalog } from "../../src/postgres/catalog-reader.ts"
import type { Session } from "../../src/postgres/session.ts"
import { readRevisionFile } from "../../src/revisions/read-revision.ts"

/** What every revision of the benches is called: each is the first of its database. */
export const revisionId = "0001_change"

/** The plan of one revision. `operations`: as they stand in its file. The parser has to be loaded. */
export function compiled(operations: string): (session: Session, target: PlanTarget) => Promise<Plan> {
  return async (session, target) => {
    const revisions = [readRevisionFile(`${revisionId}.yaml`, revisionText(operations))]
    const catalog = await readCatalog(session, { schemas: target.schemas, ...referencedBy(revisions, "public") })
    const { plan, findings } = compilePlan({ revisions, catalog, target })
    if (plan === null) throw new Error(findings.map(({ message }) => message).join("; "))
    return plan
  }
}

/** The revision's file. */
export function revisionText(operations: string): string {
  return `id: ${revisionId}\nparents: []\ntitle: The change\noperations:\n${operations}`
}
