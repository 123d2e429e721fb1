import { expect, test } from "vitest"
import { uniqueSteps } from "../../src/operations/constraints/unique-steps.ts"
import { createDatabase } from "../harness/database.ts"

test("what a broken concurrent build leaves behind is seen, cleared, and built again", async () => {
  const database = await createDatabase({ schema: "CREATE TABLE t (a int); INSERT INTO t VALUES (1), (1)" })
  const relation = { schema: "public", name: "t" }
  const [index, constraint] = uniqueSteps({ relation, name: "t_a_key", columns: ["a"] }, "backfill", "x")
  if (!index || !constraint) throw new Error("two steps were expected")
  const observe = async (text: string): Promise<unknown> =>
    Object.values((await database.query<object>(text))[0] ?? {})[0]
  expect(await observe(index.observe)).toBe("before")
  await expect(database.query(index.sql)).rejects.toMatchObject({ code: "23505" })
  expect(await observe(index.observe)).toBe("partial")
  await database.query(index.repair ?? "")
  expect(await observe(index.observe)).toBe("before")
  await database.query("DELETE FROM t")
  await database.query(index.sql)
  expect(await observe(index.observe)).toBe("after")
  expect(await observe(constraint.observe)).toBe("before")
  await database.query(constraint.sql)
  expect(await observe(constraint.observe)).toBe("after")
  await database.query(constraint.undo ?? "")
  expect(await observe(index.observe)).toBe("before")
  await database.query("CREATE TABLE t_a_key ()")
  expect(await observe(index.observe)).toBe("other")
  await database.drop()
})
