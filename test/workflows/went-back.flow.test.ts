import { afterAll, beforeAll, expect, test } from "vitest"
import { OlderCopy } from "../harness/older-copy.ts"
import { Sluice } from "../harness/sluice.ts"
import { splitName } from "./changes.ts"

// A target that is restored to an older state, or fails over to a standby that lagged behind, has lost what the run has
// done. Gates let it through all the same: rows that were never filled were promised to be, and an archive that was
// empty again was taken for the one that had been compared.

let sluice: Sluice
beforeAll(async () => {
  sluice = await Sluice.begin()
})
afterAll(() => sluice?.end())

test("a gate isn't passed with what was done before it lost; an abort takes back what is there", async () => {
  const project = await sluice.project({ rows: 30, operations: splitName, keepMs: 0 })
  const before = await project.dump()
  await project.start()
  await project.atGate("dual-write")
  const older = await OlderCopy.take(project.database)
  await project.pass("dual-write")
  await project.atGate("switch")
  await older.restore()

  await expect(project.send("proceed", { gate: "switch" })).rejects.toMatchObject({
    kind: "RefusedError",
    code: "TARGET_WENT_BACK",
    message: expect.stringContaining("backfill/people/fill") as string,
  })
  await project.send("abort")
  await project.ended("aborted")
  expect(await project.dump()).toEqual(before)
})

test("from contract on the way out is undo, which brings the old shape back", async () => {
  const project = await sluice.project({ rows: 30, operations: splitName, keepMs: 0 })
  const before = await project.dump()
  await project.start()
  await project.pass("dual-write", "switch")
  await project.atGate("contract")
  const older = await OlderCopy.take(project.database)
  await project.pass("contract")
  await project.atGate("purge")
  await older.restore()

  await expect(project.send("proceed", { gate: "purge" })).rejects.toMatchObject({
    code: "TARGET_WENT_BACK",
    message: expect.stringContaining("contract/people/") as string,
    finding: { hint: expect.stringContaining("sluice undo") as string },
  })
  await project.send("undo")
  await project.pass("new-writers-gone")
  await project.ended("aborted")
  expect(await project.dump()).toEqual(before)
})

// Seen before: the workflow went by what it had undone, and took the new shape while the old one was hidden again.
test("on the way back the old shape, hidden again, is brought back once more before the new one goes", async () => {
  const operations = `
  - add_column: {table: people, column: {name: email, type: text, nullable: false}, up: "lower(name) || '@example.com'"}
  - drop_column: {table: people, column: legacy}
`
  const schema = "ALTER TABLE public.people ADD COLUMN legacy text DEFAULT 'old'"
  const project = await sluice.project({ rows: 30, operations, schema, keepMs: 600_000 })
  await project.start()
  await project.pass("dual-write", "switch", "contract")
  await project.until("keep", ({ phase }) => phase === "keep")
  const older = await OlderCopy.take(project.database)
  await project.send("abort")
  await project.atGate("new-writers-gone")
  await older.restore()
  await project.database.query("INSERT INTO public.people (name, email) VALUES ('New', 'new@example.org')")

  await project.send("proceed", { gate: "new-writers-gone" })
  await project.until("the gate once more", ({ waitingFor }) => waitingFor === "new-writers-gone")
  expect(await project.database.query("SELECT name, email, legacy FROM public.people WHERE name = 'New'")).toEqual([
    { name: "New", email: "new@example.org", legacy: "old" },
  ])
  await project.pass("new-writers-gone")
  await project.ended("aborted")
  expect(await project.database.query("SELECT * FROM public.people WHERE name = 'New'")).toEqual([
    expect.objectContaining({ name: "New", legacy: "old" }),
  ])
  expect(await project.dump()).not.toContain("email")
})
