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

test("a gate that passes by itself waits for a person instead, before anything is hidden", async () => {
  const project = await sluice.project({ rows: 50, operations: splitName, gates: { contract: "auto", purge: "auto" } })
  await project.start()
  await project.pass("dual-write")
  await project.atGate("switch")
  await project.database.query(harmless)
  await project.send("proceed", { gate: "switch" })
  await project.atGate("contract")
  const { findings } = await project.status()
  expect(findings.find(({ code }) => code === "OLD_COLUMN_BOUND")?.message).toContain("late_check")
  await project.database.query("INSERT INTO public.people (name) VALUES ('Still Here')")
  await project.database.query("ALTER TABLE public.people DROP CONSTRAINT late_check")
  await project.send("proceed", { gate: "contract" })
  await project.ended("completed")
  const [row] = await project.database.query(
    "SELECT first_name, last_name FROM public.people WHERE first_name = 'Still'",
  )
  expect(row).toEqual({ first_name: "Still", last_name: "Here" })
})

// Seen before: the new column got the default and the check that the plan had found, and what somebody had put in their
// place meanwhile was gone.
test("what was changed on the old column meanwhile keeps the contract gate shut until it is as it was", async () => {
  const project = await sluice.project({
    rows: 50,
    schema:
      "ALTER TABLE public.people ADD CONSTRAINT sane CHECK (length(name) < 500), ALTER COLUMN name SET DEFAULT 'A B'",
    operations: splitName,
  })
  await project.start()
  await project.pass("dual-write", "switch")
  await project.atGate("contract")
  const change = (check: string, otherwise: string): Promise<unknown> =>
    project.database.query(`ALTER TABLE public.people DROP CONSTRAINT IF EXISTS sane;
      ALTER TABLE public.people ADD CONSTRAINT sane CHECK (${check}), ALTER COLUMN name SET DEFAULT '${otherwise}'`)
  await change("length(name) < 100", "C D")
  const proceeding = project.send("proceed", { gate: "contract" })
  await expect(proceeding).rejects.toMatchObject({
    code: "OLD_COLUMN_CHANGED",
    finding: {
      message: expect.stringMatching(
        /default of public\.people\.name .*'C D'.*sane was .*500.* and is .*100/,
      ) as string,
    },
  })
  await change("length(name) < 500", "A B")
  await project.database.query("ALTER TABLE public.people DROP CONSTRAINT sane")
  await expect(project.send("proceed", { gate: "contract" })).rejects.toMatchObject({
    code: "OLD_COLUMN_CHANGED",
    finding: { message: expect.stringContaining("constraint sane is gone") as string },
  })
  await change("length(name) < 500", "A B")
  await project.pass("contract", "purge")
  await project.ended("completed")
})
