import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { RunStatus } from "../../src/domain/run.ts"
import { listOffendingKeys } from "../../src/ledger/offending-keys.ts"
import type { Project } from "../harness/project.ts"
import { Sluice } from "../harness/sluice.ts"
import { splitName } from "./changes.ts"

let sluice: Sluice
beforeAll(async () => {
  sluice = await Sluice.begin()
})
afterAll(() => sluice?.end())

function stopped(project: Project): Promise<RunStatus> {
  return project.until("needs-operator", ({ state }) => state === "needs-operator")
}

/** Every trigger of the table, which are ours. */
async function triggers(project: Project): Promise<readonly string[]> {
  const rows = await project.database.query<{ name: string }>(
    "SELECT tgname::text AS name FROM pg_trigger WHERE tgrelid = 'public.people'::regclass AND NOT tgisinternal",
  )
  return rows.map(({ name }) => name)
}

describe("dual write that is taken away while the run waits at a gate", () => {
  test("stops the run before it binds the old application to what nobody fills; put back, it goes on", async () => {
    const project = await sluice.project({ rows: 50 })
    await project.start()
    await project.atGate("dual-write")
    await project.database.query("ALTER TABLE public.people DISABLE TRIGGER USER")
    await project.database.query("INSERT INTO public.people (name) VALUES ('Late')")
    await project.send("proceed", { gate: "dual-write" })
    const { findings, choices } = await stopped(project)
    expect(findings).toMatchObject([{ code: "DUAL_WRITE_BROKEN", hint: expect.stringContaining("ENABLE ALWAYS") }])
    expect(choices).toEqual([`sluice retry ${project.run}`, `sluice abort ${project.run}`])
    await project.database.query("INSERT INTO public.people (name) VALUES ('Later')")
    // The hint is what a person types.
    const statements = findings[0]?.hint?.match(/ALTER TABLE [^;]*;/g) ?? []
    for (const statement of statements) await project.database.query(statement)
    await project.send("retry")
    await project.atGate("switch")
    await project.database.query("INSERT INTO public.people (name) VALUES ('Last')")
    const late = await project.database.query("SELECT email FROM public.people WHERE name LIKE 'La%' ORDER BY id")
    expect(late).toEqual(["late", "later", "last"].map((name) => ({ email: `${name}@example.com` })))
    await project.pass("switch", "contract", "purge")
    await project.ended("completed")
  })

  test("and dropped for good leaves the way back, which leaves nothing behind", async () => {
    const project = await sluice.project({ rows: 50 })
    const before = await project.dump()
    await project.start()
    await project.atGate("dual-write")
    for (const name of await triggers(project)) await project.database.query(`DROP TRIGGER "${name}" ON public.people`)
    await project.send("proceed", { gate: "dual-write" })
    const { findings } = await stopped(project)
    expect(findings).toMatchObject([{ code: "DUAL_WRITE_BROKEN", hint: expect.stringContaining("sluice abort") }])
    await project.send("abort")
    expect((await project.ended("aborted")).findings).toEqual([])
    expect(await project.dump()).toEqual(before)
  })

  test.each(["switch", "contract"] as const)(
    "keeps the gate %s shut: behind it, applications rely on the new shape; put back, it goes on",
    async (gate) => {
      const project = await sluice.project({ rows: 50 })
      await project.start()
      await project.pass(...(gate === "switch" ? (["dual-write"] as const) : (["dual-write", "switch"] as const)))
      await project.atGate(gate)
      await project.database.query("ALTER TABLE public.people DISABLE TRIGGER USER")
      const refusal = await project.send("proceed", { gate }).catch((error: unknown) => error)
      expect(refusal).toMatchObject({
        code: "DUAL_WRITE_BROKEN",
        finding: { hint: expect.stringContaining(`sluice proceed ${project.run} --gate ${gate}`) as string },
      })
      expect(await project.status()).toMatchObject({ state: "waiting", waitingFor: gate })
      const { hint } = (refusal as { finding: { hint: string } }).finding
      for (const statement of hint.match(/ALTER TABLE [^;]*;/g) ?? []) await project.database.query(statement)
      await project.send("proceed", { gate })
      await project.pass(...(gate === "switch" ? (["contract", "purge"] as const) : (["purge"] as const)))
      await project.ended("completed")
    },
  )
})

test("triggers of the hidden column that were off: an abort in keep stops with the rows, and loses no write", async () => {
  const project = await sluice.project({ rows: 50, operations: splitName, keepMs: 600_000 })
  await project.start()
  await project.pass("dual-write", "switch", "contract")
  await project.until("keep", ({ phase }) => phase === "keep")
  const names = await triggers(project)
  const on = names.map((name) => `ALTER TABLE public.people ENABLE ALWAYS TRIGGER "${name}"`).join("; ")
  await project.database.query(`
    ALTER TABLE public.people DISABLE TRIGGER USER;
    UPDATE public.people SET first_name = 'Acked', last_name = 'Write' WHERE id = 1;
    ${on}`)
  await project.send("abort")
  const { findings } = await stopped(project)
  expect(findings).toMatchObject([{ code: "HIDDEN_DIFFERS", hint: expect.stringContaining("UPDATE") }])
  expect(await listOffendingKeys(sluice.control, project.run)).toMatchObject([{ code: "HIDDEN_DIFFERS", keys: ["1"] }])
  // The hint is what a person types.
  const statement = /`(UPDATE .*) WHERE …`/s.exec(findings[0]?.hint ?? "")?.[1]
  await project.database.query(`${statement} WHERE id = 1`)
  await project.send("retry")
  await project.pass("new-writers-gone")
  await project.ended("aborted")
  expect(await project.database.query("SELECT name FROM public.people WHERE id = 1")).toEqual([{ name: "Acked Write" }])
})
