import { afterAll, beforeAll, expect, test } from "vitest"
import { startApplication, type LiveApplication } from "../harness/live-writer.ts"
import type { Project } from "../harness/project.ts"
import { Sluice } from "../harness/sluice.ts"
import { bothShapes, look, newNames, oldNames, splitName } from "./changes.ts"

let sluice: Sluice
beforeAll(async () => {
  sluice = await Sluice.begin()
})
afterAll(() => sluice?.end())

const schema = "UPDATE public.people SET name = 'Person   ' || id || ' of ' || id WHERE id % 3 = 0"

/** How what the applications know is read while only the old shape is there, and while only the new one is. */
const inOldShape = {
  first_name: "split_part(name, ' ', 1)",
  last_name: "ltrim(substr(name, strpos(name || ' ', ' ')))",
}
const inNewShape = { name: "first_name || ' ' || last_name" }

function startWriter(project: Project, remainder: number): LiveApplication {
  return startApplication({
    name: `application ${remainder}`,
    url: project.database.url,
    workload: {
      table: { name: "public.people", key: "id" },
      statements: [...oldNames, look],
      // What we do to the table comes between two statements of a transaction too.
      transactions: { statements: 3, pauseMs: 30 },
      existingKeys: { first: 1, last: 3_000, only: { remainder, of: 2 } },
      firstNumber: 1 + remainder * 1_000_000,
      seed: 1 + remainder,
    },
  })
}

test("two applications in two shapes at once: nothing fails, nothing is lost, and the old shape goes", async () => {
  const project = await sluice.project({ rows: 3_000, operations: splitName, schema })
  const applications = [0, 1].map((remainder) => startWriter(project, remainder))
  const [old, other] = applications as [LiveApplication, LiveApplication]
  try {
    await project.start()
    await project.pass("dual-write")
    await other.use([...bothShapes, look])
    await project.pass("switch")
    await project.atGate("contract")
    await other.use([...newNames, look])
    await Promise.all([old.makes(100), other.makes(100)])
    await old.use([...newNames, look])
    await old.makes(20)
    await project.pass("contract", "purge")
    await project.ended("completed")
    await Promise.all([old.makes(20), other.makes(20)])
    for (const application of applications) {
      expect((await application.stop()).failures).toEqual({})
      expect((await application.compare({ columns: inNewShape })).examples).toEqual([])
    }
  } finally {
    for (const application of applications) await application.close()
  }
  const columns = await project.database.query(
    `SELECT attname::text AS name FROM pg_attribute
      WHERE attrelid = 'public.people'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
  )
  expect(columns.map(({ name }) => name)).toEqual(["id", "first_name", "last_name"])
})

test("while it is kept, the old shape comes back under both applications, and the new one goes when they are ready", async () => {
  const project = await sluice.project({ rows: 3_000, operations: splitName, schema, keepMs: 600_000 })
  const untouched = "SELECT id::text, name FROM public.people WHERE id % 2 = 0 AND id <= 3000 ORDER BY id"
  const [before, values] = [await project.dump(), await project.database.query(untouched)]
  const application = startWriter(project, 1)
  try {
    await project.start()
    await project.pass("dual-write", "switch")
    await project.atGate("contract")
    await application.use([...newNames, look])
    await application.makes(20)
    await project.pass("contract")
    await project.until("keep", ({ phase }) => phase === "keep")
    await application.makes(500)
    await project.send("abort", { reason: "the old shape is wanted back" })
    await project.atGate("new-writers-gone")
    await expect(project.send("abort")).rejects.toMatchObject({ code: "ALREADY_ABORTING" })
    await application.use([...newNames, ...oldNames, look])
    await application.makes(50)
    await application.use([...oldNames, look])
    await application.makes(20)
    await project.pass("new-writers-gone")
    await project.ended("aborted")
    await project.keepHistory("undone-in-keep")
    await application.makes(20)
    expect((await application.stop()).failures).toEqual({})
    expect((await application.compare({ columns: inOldShape })).examples).toEqual([])
  } finally {
    await application.close()
  }
  expect(await project.database.query(untouched)).toEqual(values)
  const isSchema = (line: string): boolean => !line.startsWith("INSERT INTO ") && !line.includes("setval")
  expect((await project.dump()).filter(isSchema)).toEqual(before.filter(isSchema))
})
