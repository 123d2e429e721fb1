import { afterAll, beforeAll, expect, test } from "vitest"
import { stamp } from "../../src/app/stamp.ts"
import type { TargetConfig } from "../../src/config/config.ts"
import { loadEvidence } from "../../src/ledger/evidence.ts"
import { waitUntil } from "../../src/stack/wait-until.ts"
import { createRole, type TestRole } from "../harness/database.ts"
import { expectUnharmed, startApplication, type Statement } from "../harness/live-writer.ts"
import { startPooler, type Pooler } from "../harness/pooler.ts"
import type { Project } from "../harness/project.ts"
import { Sluice } from "../harness/sluice.ts"

let sluice: Sluice
let old: TestRole
let fresh: TestRole
let versions: TargetConfig["versions"]

beforeAll(async () => {
  sluice = await Sluice.begin()
  old = await createRole({ prefix: "app_v1" })
  fresh = await createRole({ prefix: "app_v2" })
  versions = { schemas: true, roles: { old: old.name, new: fresh.name } }
})
afterAll(async () => {
  await sluice?.end()
  await Promise.all([old?.drop(), fresh?.drop()])
})

/** A target whose old application is on version views already. */
async function begin(options: { readonly rows: number; readonly keepMs: number }): Promise<Project> {
  const schema = `GRANT SELECT, INSERT, UPDATE, DELETE ON public.people TO ${old.name}, ${fresh.name};`
  const project = await sluice.project({ ...options, versions, schema })
  await stamp(project.app, { target: project.target.name, views: true })
  await project.database.query(
    `ALTER ROLE ${old.name} IN DATABASE ${project.database.name} SET search_path = public_base, public`,
  )
  return project
}

// No statement names a schema: what a role finds is a matter of its search_path.
const oldStatements: readonly Statement[] = [
  {
    name: "insert",
    kind: "insert",
    sql: "INSERT INTO people (name) VALUES ($1) RETURNING id",
    values: ["New {n}"],
    shows: { name: "New {n}" },
  },
  {
    name: "update",
    kind: "update",
    sql: "UPDATE people SET name = $2 WHERE id = $1",
    values: ["{key}", "Changed {n}"],
    shows: { name: "Changed {n}" },
  },
  { name: "read all columns", kind: "read", sql: "SELECT * FROM people WHERE id = $1", values: ["{key}"] },
  { name: "delete", kind: "delete", sql: "DELETE FROM people WHERE id = $1", values: ["{key}"] },
]
const prepared = oldStatements.map((statement) => ({ ...statement, prepared: true }))

const newStatements: readonly Statement[] = [
  {
    name: "upsert",
    kind: "insert",
    sql: `INSERT INTO people (name, email) VALUES ($1, $2)
          ON CONFLICT (id) DO UPDATE SET name = excluded.name RETURNING id`,
    values: ["New {n}", "new.{n}@new.org"],
    shows: { name: "New {n}", email: "new.{n}@new.org" },
  },
  {
    name: "update",
    kind: "update",
    sql: "UPDATE people SET email = $2 WHERE id = $1",
    values: ["{key}", "changed.{n}@new.org"],
    shows: { email: "changed.{n}@new.org" },
  },
  { name: "read all columns", kind: "read", sql: "SELECT * FROM people WHERE id = $1", values: ["{key}"] },
]

function application(
  project: Project,
  role: TestRole,
  statements: readonly Statement[],
  first: number,
  pooler?: Pooler,
) {
  return startApplication({
    name: `${role.name} from ${first}`,
    url: pooler?.urlAs(role) ?? project.database.urlAs(role),
    workload: {
      table: { name: "public.people", key: "id" },
      statements,
      existingKeys: { first, last: first + 999 },
      firstNumber: first * 1_000_000,
    },
  })
}

const schemasOf = async (project: Project): Promise<readonly string[]> => {
  const rows = await project.database.query<{ name: string }>(
    "SELECT nspname::text AS name FROM pg_namespace WHERE nspname ~ 'public_' ORDER BY nspname",
  )
  return rows.map(({ name }) => name)
}

test("two versions side by side, through one pooler in transaction mode and with prepared SELECT *", async () => {
  const project = await begin({ rows: 3_000, keepMs: 0 })
  const pooler = await startPooler(project.database, [old, fresh])
  try {
    const pooled = application(project, old, oldStatements, 1, pooler)
    const direct = application(project, old, prepared, 1_001)
    await Promise.all([pooled.makes(50), direct.makes(50)])
    await project.start()

    const first = await project.atGate("dual-write")
    expect(first.findings).toMatchObject([{ code: "ROLE_SEARCH_PATH", severity: "info", subject: fresh.name }])
    const [statement] = (first.findings[0]?.hint ?? "").split(" Sessions that")
    await project.database.query(statement ?? "")
    await project.send("proceed", { gate: "dual-write" })
    expect((await project.atGate("switch")).findings).toEqual([])
    const evidence = await loadEvidence(sluice.control, project.run)
    const known = evidence.filter(({ kind }) => kind.startsWith("gate/")).map(({ content }) => content)
    const holds = known.map((each) => (each as { roles: { holds: boolean }[] }).roles.map((role) => role.holds))
    // At the first gate as it opened and as it was passed, and at the second.
    expect(holds.slice(0, 3)).toEqual([
      [true, false],
      [true, true],
      [true, true],
    ])
    await project.send("proceed", { gate: "switch" })

    await project.atGate("contract")
    const next = application(project, fresh, newStatements, 2_001, pooler)
    try {
      await Promise.all([pooled.makes(50), direct.makes(50), next.makes(50)])
      await expect(project.send("proceed", { gate: "contract" })).rejects.toMatchObject({
        code: "OLD_APPLICATION_SEEN",
      })
      await Promise.all([expectUnharmed(pooled), expectUnharmed(direct)])
      const left = await waitUntil(() => project.send("proceed", { gate: "contract" }).catch(() => null), {
        timeoutMs: 20_000,
      })
      expect(left).not.toBeNull()
      await project.atGate("purge")
      expect(await schemasOf(project)).toEqual(["_sluice_public_base", "public_0001_change"])
      await next.makes(50)
      await project.send("proceed", { gate: "purge" })
      await project.ended("completed")
      expect(await schemasOf(project)).toEqual(["public_0001_change"])
      await next.makes(50)
    } finally {
      await expectUnharmed(next)
    }
  } finally {
    await pooler.stop()
  }
})

test("an abort while the old version is hidden brings it back, and takes the new one away", async () => {
  const project = await begin({ rows: 2_000, keepMs: 600_000 })
  const before = await project.dump()
  const reader = application(project, old, prepared, 1)
  await reader.makes(10)
  await project.start()
  await project.pass("dual-write", "switch")
  await project.atGate("contract")
  await expectUnharmed(reader)
  const passed = await waitUntil(() => project.send("proceed", { gate: "contract" }).catch(() => null), {
    timeoutMs: 20_000,
  })
  expect(passed).not.toBeNull()
  await project.until("keep", ({ phase }) => phase === "keep")
  expect(await schemasOf(project)).toEqual(["_sluice_public_base", "public_0001_change"])
  await project.send("abort")
  await project.pass("new-writers-gone")
  await project.ended("aborted")
  expect(await schemasOf(project)).toEqual(["public_base"])
  const definitions = (lines: readonly string[]) =>
    lines.filter((line) => !/^INSERT INTO |pg_catalog\.setval/.test(line))
  expect(definitions(await project.dump())).toEqual(definitions(before))
  const again = application(project, old, prepared, 1_001)
  await again.makes(20)
  await expectUnharmed(again)
})

test("without views a gate tells all the same of a role that isn't there: nobody would ever be found under its name", async () => {
  const project = await sluice.project({
    rows: 10,
    versions: { schemas: false, roles: { old: `${old.name}x`, new: null } },
    gates: { switch: "auto", contract: "manual", "dual-write": "auto" },
  })
  await project.start()
  const { findings } = await project.atGate("contract")
  const unknown = findings.filter(({ code }) => code === "ROLE_UNKNOWN")
  expect(unknown).toMatchObject([{ severity: "warning", subject: `${old.name}x` }])
  await project.send("abort")
  await project.ended("aborted")
})
