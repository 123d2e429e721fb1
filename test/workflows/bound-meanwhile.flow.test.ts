import { afterAll, beforeAll, expect, test } from "vitest"
import { expectUnharmed, startApplication } from "../harness/live-writer.ts"
import { Sluice } from "../harness/sluice.ts"
import { newNames, splitName } from "./changes.ts"

// What a plan takes off a column that it hides is what it has found there. A constraint that somebody adds while the run
// waits would be hidden with the column, and refuse writes of an application that doesn't know it.

let sluice: Sluice
beforeAll(async () => {
  sluice = await Sluice.begin()
})
afterAll(() => sluice?.end())

const late = `
  ALTER TABLE public.people ADD CONSTRAINT late_check CHECK (name NOT LIKE 'Again %5' OR id < 0) NOT VALID;
  CREATE UNIQUE INDEX late_index ON public.people (name)`
const harmless = "ALTER TABLE public.people ADD CONSTRAINT late_check CHECK (name <> 'nobody')"

function statementsOf(hint: string | undefined): readonly string[] {
  return hint?.match(/(?:ALTER TABLE|DROP INDEX) [^;]*;/g) ?? []
}

test("the contract gate refuses to open on it; dropped as the hint says, the run goes on, and no write fails", async () => {
  const project = await sluice.project({ rows: 500, operations: splitName })
  await project.start()
  await project.pass("dual-write", "switch")
  await project.atGate("contract")
  await project.database.query(late)
  const refusal = await project.send("proceed", { gate: "contract" }).catch((error: unknown) => error)
  expect(refusal).toMatchObject({
    code: "OLD_COLUMN_BOUND",
    finding: { message: expect.stringContaining("check late_check, unique index late_index") as string },
  })
  const { hint } = (refusal as { finding: { hint?: string } }).finding
  expect(hint).toContain(`sluice proceed ${project.run}`)
  expect((await project.status()).waitingFor).toBe("contract")
  for (const statement of statementsOf(hint)) await project.database.query(statement)

  const application = startApplication({
    name: "application",
    url: project.database.url,
    workload: {
      table: { name: "public.people", key: "id" },
      statements: newNames,
      existingKeys: { first: 1, last: 500 },
    },
  })
  try {
    await application.makes(20)
    await project.send("proceed", { gate: "contract" })
    await project.atGate("purge")
    await application.makes(50)
    await project.pass("purge")
    await project.ended("completed")
  } finally {
    await expectUnharmed(application, { columns: { name: null } })
  }
})

test("where the gate passes by itself, the run stops before anything is hidden, and a retry goes on", async () => {
  const project = await sluice.project({ rows: 50, operations: splitName, gates: { contract: "auto", purge: "auto" } })
  await project.start()
  await project.pass("dual-write")
  await project.atGate("switch")
  await project.database.query(harmless)
  await project.send("proceed", { gate: "switch" })
  const { findings } = await project.until("needs-operator", ({ state }) => state === "needs-operator")
  expect(findings).toMatchObject([
    { code: "OLD_COLUMN_BOUND", hint: expect.stringContaining(`sluice retry ${project.run}`) as string },
  ])
  await project.database.query("INSERT INTO public.people (name) VALUES ('Still Here')")
  for (const statement of statementsOf(findings[0]?.hint)) await project.database.query(statement)
  await project.send("retry")
  await project.ended("completed")
  const [row] = await project.database.query(
    "SELECT first_name, last_name FROM public.people WHERE first_name = 'Still'",
  )
  expect(row).toEqual({ first_name: "Still", last_name: "Here" })
})
