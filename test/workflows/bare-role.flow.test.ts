import { afterAll, beforeAll, expect, test } from "vitest"
import { targetChecks } from "../../src/app/doctor/target-checks.ts"
import type { Check } from "../../src/app/doctor/check.ts"
import { stamp } from "../../src/app/stamp.ts"
import { undo } from "../../src/app/undo.ts"
import { uninstall } from "../../src/app/uninstall.ts"
import type { LedgerEntry } from "../../src/domain/ledger-entry.ts"
import { waitUntil } from "../../src/stack/wait-until.ts"
import { createRole, runAt, type TestRole } from "../harness/database.ts"
import { Holder } from "../harness/holder.ts"
import type { Project } from "../harness/project.ts"
import { Sluice } from "../harness/sluice.ts"
import { auto, splitName } from "./changes.ts"

let sluice: Sluice
beforeAll(async () => {
  sluice = await Sluice.begin({ bareRole: true })
})
afterAll(() => sluice?.end())

const schema = `
  CREATE TABLE public.teams (region text NOT NULL, code text NOT NULL, PRIMARY KEY (region, code));
  INSERT INTO public.teams SELECT r, 't' || n FROM generate_series(1, 5) AS n, unnest(ARRAY['eu', 'us']) AS r;
  CREATE TABLE public.orders (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer text NOT NULL,
    amount text NOT NULL DEFAULT '0',
    note text,
    code character varying(10) NOT NULL,
    region text NOT NULL,
    team text,
    status text NOT NULL DEFAULT '',
    fax text
  );
  INSERT INTO public.orders (customer, amount, note, code, region, team, fax)
  SELECT 'c' || n, n::text, CASE WHEN n % 3 > 0 THEN 'Note ' || n END, 'C' || n,
         CASE WHEN n % 2 = 0 THEN 'eu' ELSE 'us' END, 't' || 1 + n % 5, 'f' || n
    FROM generate_series(1, 300) AS n;`

/** Every operation that there is, the name in two parts among them. */
const everything = `${splitName}
  - create_table:
      name: memberships
      columns:
        - {name: id, type: bigint, pk: true, generated: {identity: {}}}
        - {name: label, type: text, unique: true}
        - {name: person, type: bigint, references: {name: memberships_person_fkey, table: people, column: id}}
  - rename_column: {table: orders, from: customer, to: client}
  - alter_column: {table: orders, column: amount, type: "numeric(12,2)", default: 0, up: "amount::numeric", down: "amount::text"}
  - alter_column: {table: orders, column: note, nullable: false, up: "coalesce(note, '')", down: "nullif(note, '')"}
  - alter_column: {table: orders, column: status, default: "'new'", comment: As printed on the parcel}
  - drop_column: {table: orders, column: fax}
  - create_index: {table: orders, name: orders_code_lower, columns: [{expression: lower(code)}]}
  - create_constraint: {type: check, table: orders, name: orders_code_short, check: length(code) < 20}
  - create_constraint: {type: unique, table: orders, name: orders_code_team_key, columns: [code, team]}
  - create_constraint:
      type: foreign_key
      table: orders
      name: orders_team_fkey
      columns: [region, team]
      references: {table: teams, columns: [region, code]}
`

const options = {
  rows: 300,
  operations: everything,
  schema,
  gates: auto,
  versions: { schemas: true, roles: { old: null, new: null } },
}

const checksOf = ({ app, target }: Project) => targetChecks(app, target)
const failed = (checks: readonly Check[]) => checks.filter(({ state }) => state === "fail")

/** Gives the role what `doctor` says that it lacks, by doctor's own statements, and makes the first version views. */
async function prepare(project: Project): Promise<readonly string[]> {
  const hints = new Set(failed(await checksOf(project)).map(({ hint }) => hint ?? ""))
  const grants = [...hints].filter((hint) => hint.startsWith("GRANT "))
  for (const grant of grants) await project.database.query(grant)
  await stamp(project.app, { target: project.target.name, views: true })
  expect(failed(await checksOf(project))).toEqual([])
  return grants
}

/** As a dump has them, without the place of columns and without rows. */
async function definitions(project: Project): Promise<readonly string[]> {
  const lines = (await project.dump()).filter((line) => !/^INSERT INTO |setval/.test(line))
  return lines.map((line) => line.replace(/,$/, "")).toSorted()
}

/** Of every table, whatever the order of columns and rows. */
async function rows({ database }: Project): Promise<readonly unknown[]> {
  return database.query(`
    SELECT 'people' AS table, to_jsonb(t)::text AS row FROM public.people AS t UNION ALL
    SELECT 'orders', to_jsonb(t)::text FROM public.orders AS t UNION ALL
    SELECT 'teams', to_jsonb(t)::text FROM public.teams AS t ORDER BY 1, 2`)
}

test("the roles are what is said here: neither may more than log in", async () => {
  const project = await sluice.project({ rows: 1 })
  const rights = await project.database.query(
    `SELECT rolsuper, rolreplication, rolcreaterole, rolbypassrls, rolcreatedb,
            pg_has_role(oid, 'pg_monitor', 'MEMBER') AS monitors,
            has_database_privilege(oid, current_database(), 'CREATE') AS may_create
       FROM pg_roles WHERE rolname = ANY ($1) ORDER BY rolcreatedb`,
    [sluice.roles],
  )
  const nothing = { rolsuper: false, rolreplication: false, rolcreaterole: false, rolbypassrls: false, monitors: false }
  expect(rights).toEqual([
    { ...nothing, rolcreatedb: false, may_create: false },
    { ...nothing, rolcreatedb: true, may_create: false },
  ])
})

test("every operation, kept and undone: nothing is refused that doctor hasn't foretold", async () => {
  const project = await sluice.project({ ...options, keepMs: 600_000 })
  expect(await prepare(project)).toEqual([
    expect.stringMatching(/^GRANT USAGE, CREATE ON SCHEMA public TO /),
    expect.stringMatching(/^GRANT CREATE ON DATABASE /),
  ])
  const before = await definitions(project)
  await project.start()
  await project.until("keep", ({ phase }) => phase === "keep")
  await undo(project.app, { run: project.run })
  await project.pass("new-writers-gone")
  await project.ended("aborted")
  expect(await definitions(project)).toEqual(before)
  expect(await sluice.takeRefusals()).toEqual([])
})

test("every operation, to the end and back from the archive: nothing is refused that doctor hasn't foretold", async () => {
  const project = await sluice.project(options)
  await prepare(project)
  const [before, rowsBefore] = [await definitions(project), await rows(project)]
  await project.start()
  await project.ended("completed")
  await undo(project.app, { run: project.run })
  await project.pass("new-writers-gone")
  await project.ended("aborted")
  expect(await definitions(project)).toEqual(before)
  expect(await rows(project)).toEqual(rowsBefore)
  await uninstall(project.app, project.target.name)
  expect(await sluice.takeRefusals()).toEqual([])
})

test("without them a run stops in precheck, and has tried nothing; what is tried shows in the log", async () => {
  const project = await sluice.project({ rows: 1 })
  await project.start()
  const { phase, findings } = await project.until("needs-operator", ({ state }) => state === "needs-operator")
  expect(phase).toBe("precheck")
  expect(findings.map(({ code, hint }) => [code, hint])).toEqual([
    [expect.any(String), expect.stringMatching(/^GRANT CREATE ON DATABASE /)],
  ])
  expect(await sluice.takeRefusals()).toEqual([])
  await expect(runAt(project.target.url, "CREATE SCHEMA tried")).rejects.toThrow("permission denied")
  expect(await sluice.takeRefusals()).toEqual([
    expect.stringContaining(`permission denied for database ${project.database.name}`),
  ])
})

test("an application of the old shape is seen at contract, and of the new one on the way back, by a role that sees nothing else", async () => {
  const [old, fresh] = [await createRole({ prefix: "app_v1" }), await createRole({ prefix: "app_v2" })]
  const connect = (role: TestRole): Promise<Holder> => Holder.take(project.database.urlAs(role), "SELECT")
  const project = await sluice.project({
    rows: 10,
    operations: splitName,
    versions: { schemas: true, roles: { old: old.name, new: fresh.name } },
    gates: { contract: { afterMs: 1_000 } },
    keepMs: 600_000,
  })
  await project.database.query(`GRANT CREATE ON DATABASE ${project.database.name} TO ${sluice.roles[0] ?? ""};
    GRANT USAGE, CREATE ON SCHEMA public TO ${sluice.roles[0] ?? ""}`)
  await stamp(project.app, { target: project.target.name, views: true })
  const stragglers = await connect(old)
  await project.start()
  await project.pass("dual-write", "switch")
  await project.atGate("contract")
  const refused = { code: "OLD_APPLICATION_SEEN" }
  await expect(project.send("proceed", { gate: "contract" })).rejects.toMatchObject(refused)
  await waitUntil(async () => (await project.entries("decision.refused")).some(byMode), { timeoutMs: 30_000 })
  // The gate asks once by itself; then status says why it is still shut, and promises no time.
  const { findings, until } = await project.status()
  const isForetold = (code: string): boolean => code === "REQUIRED_FROM_CONTRACT"
  expect(findings.filter(({ code }) => !isForetold(code))).toMatchObject([
    { code: "STRAGGLERS_UNKNOWN" },
    { ...refused, subject: "gate contract" },
  ])
  expect(until).toBeNull()
  await stragglers.release()
  await project.send("proceed", { gate: "contract" })
  await project.until("keep", ({ phase }) => phase === "keep")

  const newcomer = await connect(fresh)
  await project.send("abort")
  await project.atGate("new-writers-gone")
  await expect(project.send("proceed")).rejects.toMatchObject({ code: "NEW_APPLICATION_SEEN" })
  expect((await project.status()).findings).toMatchObject([{ code: "NEW_APPLICATION_SEEN" }])
  await newcomer.release()
  await project.send("proceed")
  await project.ended("aborted")
  await project.database.drop()
  await Promise.all([old.drop(), fresh.drop()])
})

const byMode = ({ detail }: LedgerEntry): boolean => detail["by"] === "gate mode"
