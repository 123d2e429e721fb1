import { afterAll, beforeAll, expect, test } from "vitest"
import type { Project } from "../harness/project.ts"
import { Sluice } from "../harness/sluice.ts"

// The plan that was shown is the plan that is run: a worker makes it once more before it touches anything. Between the two
// the tables may have changed, and then it would be another one.

let sluice: Sluice
beforeAll(async () => {
  sluice = await Sluice.begin()
})
afterAll(() => sluice?.end())

const operations = `
  - add_column: {table: people, column: {name: known_as, type: text}, up: "nullif(name, 'nobody')"}
`

/** A run that has stopped before its plan was made a second time, with nothing in its way any more but the retry. */
async function stoppedBeforePlan(): Promise<Project> {
  const schema = "UPDATE public.people SET name = 'nobody' WHERE id = 1"
  const project = await sluice.project({ rows: 10, operations, schema })
  await project.start()
  await project.until("a run that stopped at precheck", ({ state }) => state === "needs-operator")
  await project.database.query("UPDATE people SET name = 'somebody' WHERE id = 1")
  return project
}

test("a table of the plan that has changed since stops the run with the difference, before anything is touched", async () => {
  const project = await stoppedBeforePlan()
  await project.database.query("ALTER TABLE people ADD COLUMN nick text")
  const before = await project.dump()
  await project.send("retry")
  const isDrift = ({ findings }: { findings: readonly { code: string }[] }): boolean =>
    findings.some(({ code }) => code === "DRIFT")
  const { state, findings } = await project.until("drift", isDrift)
  expect(state).toBe("needs-operator")
  expect(findings).toMatchObject([{ code: "DRIFT", message: expect.stringContaining("nick") as string }])
  await project.send("abort")
  await project.ended("aborted")
  expect(await project.dump()).toEqual(before)
})

test("what isn't the plan's own may have changed", async () => {
  const project = await stoppedBeforePlan()
  await project.database.query("CREATE TABLE something_else (id int PRIMARY KEY)")
  await project.send("retry")
  await project.atGate("dual-write")
  await project.send("abort")
  await project.ended("aborted")
})
