import type { Finding } from "../../src/domain/finding.ts"
import { catalogWish, compilePlan, type PlanTarget } from "../../src/planner/compile.ts"
import { readCatalog } from "../../src/postgres/catalog-reader.ts"
import { asSession } from "../execution/setting.ts"
import { createDatabase } from "../harness/database.ts"
import { revision, target } from "../planner/sample-catalog.ts"

export const withViews: PlanTarget["versions"] = { schemas: true, roles: { old: null, new: null } }

/** What the plan of these operations says of a database with this schema. */
export async function plannedFindings(
  schema: string,
  operations: readonly Readonly<Record<string, unknown>>[],
  versions: PlanTarget["versions"] = target.versions,
): Promise<readonly Finding[]> {
  const database = await createDatabase({ schema })
  try {
    return await asSession(database.url, async (session) => {
      const revisions = [revision("0002_change", ...operations)]
      const wish = { ...target, versions }
      const catalog = await readCatalog(session, catalogWish(revisions, wish))
      return compilePlan({ revisions, catalog, target: wish }).findings
    })
  } finally {
    await database.drop()
  }
}
