import { afterAll, beforeAll, expect, test } from "vitest"
import { Sluice } from "../harness/sluice.ts"
import { splitName } from "./changes.ts"

// Row-level security that somebody forces on the owner while a run waits hid every row from the question whether one is
// unfilled: the backfill passed as done, and nothing but an abort was left.

let sluice: Sluice
beforeAll(async () => {
  sluice = await Sluice.begin()
})
afterAll(() => sluice?.end())

test("a table on which row-level security is forced at a gate is filled once it is lifted", async () => {
  const project = await sluice.project({ rows: 30, operations: splitName, keepMs: 0 })
  await project.start()
  await project.atGate("dual-write")
  await project.database.query(
    "ALTER TABLE people ENABLE ROW LEVEL SECURITY; ALTER TABLE people FORCE ROW LEVEL SECURITY",
  )
  await project.send("proceed", { gate: "dual-write" })
  const { findings } = await project.until("needs operator", ({ state }) => state === "needs-operator")
  expect(findings).toMatchObject([
    { code: "ROW_SECURITY_HIDES_ROWS", hint: expect.stringContaining("NO FORCE ROW LEVEL SECURITY") },
  ])

  await project.database.query("ALTER TABLE people NO FORCE ROW LEVEL SECURITY")
  await project.send("retry", {})
  await project.atGate("switch")
  expect(await project.database.query("SELECT FROM people WHERE first_name IS NULL OR last_name IS NULL")).toEqual([])
})
