import { Client } from "pg"
import { afterAll, beforeAll, expect, test } from "vitest"
import { loadEvidence } from "../../src/ledger/evidence.ts"
import type { GateEvidence } from "../../src/ledger/gate-evidence.ts"
import { waitUntil } from "../../src/stack/wait-until.ts"
import { createRole, type TestRole } from "../harness/database.ts"
import type { Project, ProjectOptions } from "../harness/project.ts"
import { Sluice } from "../harness/sluice.ts"

let sluice: Sluice
let application: TestRole

beforeAll(async () => {
  sluice = await Sluice.begin()
  application = await createRole({ prefix: "app" })
})
afterAll(async () => {
  await sluice?.end()
  await application?.drop()
})

const dropName = `
  - add_column:
      table: people
      column: {name: full_name, type: text, nullable: false}
      up: "name"
  - drop_column:
      table: people
      column: name
      down: "full_name"
`

const oldRead = "SELECT p.name FROM people AS p WHERE p.id = 1 AND name <> 'nobody' /* page 7 */"
const newRead = "SELECT p.full_name FROM people AS p WHERE p.id = 1"

/** A target whose server counts statements; the configuration names no application's role. */
async function begin(options: Partial<ProjectOptions> = {}): Promise<Project> {
  const project = await sluice.project({
    rows: 10,
    operations: dropName,
    schema: `GRANT SELECT, INSERT, UPDATE ON public.people TO ${application.name};`,
    ...options,
  })
  await project.database.query("CREATE EXTENSION pg_stat_statements")
  return project
}

/** As the application's own role, which no configuration names. */
async function runAs(project: Project, text: string): Promise<unknown> {
  const client = new Client({ connectionString: project.database.urlAs(application).reveal() })
  await client.connect()
  try {
    return await client.query(text)
  } finally {
    await client.end()
  }
}

/** An application that doesn't rest. */
function keepRunning(project: Project, text: string): { stop(): Promise<void> } {
  const over = new AbortController()
  const run = async (): Promise<void> => {
    while (!over.signal.aborted) await runAs(project, text)
  }
  const running = run()
  return {
    stop: async () => {
      over.abort()
      await running
    },
  }
}

const sightsOf = async (project: Project): Promise<readonly GateEvidence["stragglers"][]> => {
  const evidence = await loadEvidence(sluice.control, project.run)
  return evidence
    .filter(({ kind }) => kind === "gate/contract")
    .map(({ content }) => (content as GateEvidence).stragglers)
}

test("an application without a role of its own that still reads the old column holds the contract gate", async () => {
  const project = await begin()
  await runAs(project, oldRead)
  await project.start()
  await project.pass("dual-write", "switch")
  const { findings } = await project.atGate("contract")
  expect(findings.filter(({ code }) => code.startsWith("STRAGGLERS"))).toEqual([])

  await runAs(project, oldRead)
  await runAs(project, newRead)
  const text = "SELECT p.name FROM people AS p WHERE p.id = $1 AND name <> $2"
  await expect(project.send("proceed", { gate: "contract" })).rejects.toMatchObject({
    code: "STRAGGLERS_SEEN",
    message: expect.stringContaining(`, as ${application.name}: ${text}`),
    finding: { hint: expect.stringContaining(`sluice abort ${project.run}`) },
  })
  const shut = await project.status()
  expect(shut).toMatchObject({ state: "waiting", waitingFor: "contract" })
  expect(shut.findings).toContainEqual(expect.objectContaining({ code: "STRAGGLERS_SEEN", subject: "gate contract" }))

  await runAs(project, oldRead)
  await expect(project.send("proceed", { gate: "contract" })).rejects.toMatchObject({ code: "STRAGGLERS_SEEN" })
  // It is gone: only the new shape is read since.
  await runAs(project, newRead)
  await project.pass("contract", "purge")
  await project.ended("completed")
  expect((await sightsOf(project)).at(-1)).toEqual({ statements: [], unknown: null })
  const refused = await project.entries("decision.refused")
  expect(refused.map(({ detail }) => (detail["refusal"] as { code: string }).code)).toEqual(
    Array(2).fill("STRAGGLERS_SEEN"),
  )
  const looks = (await loadEvidence(sluice.control, project.run)).filter(({ kind }) => kind === "stragglers")
  expect(looks).toHaveLength(4)
  expect(JSON.stringify(looks)).not.toMatch(/nobody|page 7/)
})

test("a gate that passes by itself is held by what ran in the soak's second half, and then waits for a person", async () => {
  const project = await begin({ soakMs: 4_000, gates: { "dual-write": "auto", switch: "auto", contract: "auto" } })
  await project.start()
  await project.until("the soak", ({ phase }) => phase === "soak")
  const calls = keepRunning(project, oldRead)
  await project.atGate("contract").finally(calls.stop)
  expect((await project.status()).findings).toContainEqual(
    expect.objectContaining({
      code: "STRAGGLERS_SEEN",
      message: expect.stringMatching(/^It was refused at .* when the gate would have passed by itself: 1 statement /),
    }),
  )
  const passed = await waitUntil(() => project.send("proceed", { gate: "contract" }).catch(() => null), {
    timeoutMs: 20_000,
  })
  expect(passed).not.toBeNull()
  await project.pass("purge")
  await project.ended("completed")
})

test("a soak in whose second half nothing of the old shape runs lets the gate pass by itself", async () => {
  const project = await begin({
    soakMs: 3_000,
    gates: { "dual-write": "auto", switch: "auto", contract: "auto", purge: "auto" },
  })
  await project.start()
  await project.until("the soak", ({ phase }) => phase === "soak")
  await runAs(project, oldRead)
  await project.ended("completed")
  expect(await sightsOf(project)).toEqual([{ statements: [], unknown: null }])
})

test("where nothing is known the gate says why, and passes", async () => {
  const project = await sluice.project({ rows: 10, operations: dropName })
  await project.start()
  await project.pass("dual-write", "switch")
  const { findings } = await project.atGate("contract")
  expect(findings.filter(({ code }) => code.startsWith("STRAGGLERS"))).toMatchObject([
    { code: "STRAGGLERS_UNKNOWN", severity: "info", hint: expect.stringContaining("CREATE EXTENSION") },
  ])
  await runAs(project, "SELECT 1")
  await project.pass("contract")
  await project.atGate("purge")
  expect((await sightsOf(project)).at(-1)).toMatchObject({ unknown: expect.stringContaining("isn't created") })
  await project.send("abort")
  await project.pass("new-writers-gone")
  await project.ended("aborted")
})

test("a renamed column's old name is told from the new one through version views", async () => {
  const project = await begin({
    operations: "\n  - rename_column: {table: people, from: name, to: full_name}\n",
    versions: { schemas: true, roles: { old: null, new: null } },
  })
  await project.start()
  await project.pass("dual-write", "switch")
  await project.atGate("contract")
  await runAs(project, "SELECT id FROM public.people")
  await runAs(project, "SELECT name FROM public.people")
  await expect(project.send("proceed", { gate: "contract" })).rejects.toMatchObject({
    code: "STRAGGLERS_SEEN",
    message: expect.stringMatching(/^1 statement .*: SELECT name FROM public\.people$/),
  })
  await project.send("abort")
  await project.ended("aborted")
})
