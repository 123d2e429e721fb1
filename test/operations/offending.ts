import { expect } from "vitest"
import { compilePlan, referencedBy } from "../../src/planner/compile.ts"
import { readCatalog } from "../../src/postgres/catalog-reader.ts"
import { withSession } from "../../src/postgres/session.ts"
import { createDatabase } from "../harness/database.ts"
import { revision, target } from "../planner/sample-catalog.ts"

/** What the data checks of a plan find in a database: `DUPLICATE_VALUES users_key` and the keys of the rows. */
export async function offending(
  given: string,
  ...operations: readonly Record<string, unknown>[]
): Promise<Record<string, readonly string[]>> {
  const database = await createDatabase({ schema: given })
  try {
    return await withSession({ url: database.url, applicationName: "test" }, async (session) => {
      const revisions = [revision("0001", ...operations)]
      const catalog = await readCatalog(session, { schemas: ["public"], ...referencedBy(revisions, "public") })
      const { plan, findings } = compilePlan({ revisions, catalog, target })
      expect(findings.filter(({ severity }) => severity === "error")).toEqual([])
      const found: Record<string, readonly string[]> = {}
      for (const check of plan?.dataChecks ?? []) {
        const rows = await session.query<{ key: string }>(check.sql)
        const name = /: (\w+): /.exec(check.message)?.[1] ?? ""
        expect(rows.every((row) => Object.keys(row).join() === "key" && typeof row.key === "string")).toBe(true)
        if (rows.length > 0) found[`${check.code} ${name}`] = rows.map(({ key }) => key).toSorted()
      }
      return found
    })
  } finally {
    await database.drop()
  }
}
