import { expect, test } from "vitest"
import { createDatabase, createRole } from "./database.ts"
import { markLog } from "./server-log.ts"
import { connectClient } from "./temporal.ts"

test("a test gets an empty database of its own, and a role that is no superuser", async () => {
  const role = await createRole()
  const database = await createDatabase({ owner: role, schema: "CREATE TABLE t (id int)" })
  const [row] = await database.query<{ tables: number }>(
    "SELECT count(*)::int AS tables FROM pg_tables WHERE schemaname = 'public'",
  )
  expect(row).toEqual({ tables: 1 })
  await database.drop()
  await role.drop()
})

test("the cluster's log can be read from a mark on, for one database", async () => {
  const database = await createDatabase()
  const mark = await markLog()
  await expect(database.query("SELECT 1/0")).rejects.toThrow("division by zero")
  expect(await mark.readFor(database.name)).toContain("division by zero")
  expect(await mark.readFor("another")).toBe("")
  await database.drop()
})

test("the Temporal server knows the search attributes that runs are found by", async () => {
  const client = await connectClient()
  const { mapping } = await readMapping(client)
  expect(mapping).toEqual(expect.arrayContaining(["SluiceTarget", "SluiceNeedsOperator"]))
  await client.connection.close()
})

async function readMapping(client: Awaited<ReturnType<typeof connectClient>>): Promise<{ mapping: string[] }> {
  const answer = await client.connection.operatorService.listSearchAttributes({ namespace: "default" })
  return { mapping: Object.keys(answer.customAttributes) }
}
