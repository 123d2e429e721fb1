import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { ensureJournal, findRuns, registerRun, setRunState, uninstall } from "../../src/execution/journal.ts"
import type { Plan } from "../../src/domain/plan.ts"
import { createDatabase, createRole, type TestDatabase } from "../harness/database.ts"
import { addColumnStep, asSession, planOf } from "./setting.ts"

const plan = planOf([addColumnStep("c")], {
  hash: "1".repeat(64),
  revisions: [{ id: "0001_c", parents: [], title: "c", contentHash: "" }],
})
const otherPlan: Plan = { ...plan, hash: "2".repeat(64), revisions: [] }

describe("the journal in the target", () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await createDatabase({ schema: "CREATE TABLE t (id int PRIMARY KEY)" })
  })
  afterAll(() => database.drop())

  test("is installed once though several do it at the same time", async () => {
    await Promise.all([1, 2, 3, 4].map(() => asSession(database.url, ensureJournal)))
    expect(await database.query("SELECT version FROM sluice.version")).toEqual([{ version: 5 }])
  })

  test("is installed, and brought to a later version, where a publication sends every table", async () => {
    const published = await createDatabase({ schema: "CREATE PUBLICATION every FOR ALL TABLES" })
    await asSession(published.url, ensureJournal)
    await published.query(
      "UPDATE sluice.version SET version = 3; ALTER TABLE sluice.journal DROP COLUMN parts; ALTER TABLE sluice.run DROP COLUMN control",
    )
    await asSession(published.url, ensureJournal)
    expect(await published.query("SELECT version FROM sluice.version")).toEqual([{ version: 5 }])
    await published.drop()
  })

  test("lets no application in", async () => {
    const role = await createRole()
    const [row] = await database.query(`SELECT has_schema_privilege('${role.name}', 'sluice', 'USAGE') AS may`)
    expect(row).toEqual({ may: false })
    await role.drop()
  })

  test("registers a run once, and refuses its plan and its relations to others while it is active", async () => {
    const register = (run: string, asked: Plan): Promise<void> =>
      asSession(database.url, (session) => registerRun(session, { run, plan: asked, workflowId: "w" }))
    await register("r1", plan)
    await register("r1", plan)
    await expect(register("r2", plan)).rejects.toMatchObject({ code: "RUN_ACTIVE" })
    await expect(register("r2", otherPlan)).rejects.toMatchObject({
      code: "RUN_CONFLICT",
      finding: { subject: "public.t" },
    })
    await asSession(database.url, (session) => setRunState(session, "r1", "contracted"))
    await register("r2", otherPlan)
    expect((await asSession(database.url, findRuns)).map(({ run, state }) => [run, state])).toEqual([
      ["r1", "contracted"],
      ["r2", "active"],
    ])
  })

  test("lets only one of two runs in that come at the same time", async () => {
    await database.query("TRUNCATE sluice.run")
    const answers = await Promise.allSettled(
      ["a", "b", "c"].map((run) =>
        asSession(database.url, (session) => registerRun(session, { run, plan, workflowId: run })),
      ),
    )
    expect(answers.filter(({ status }) => status === "fulfilled")).toHaveLength(1)
  })

  test("lets one version of a schema be in the making, whatever tables the other run is about", async () => {
    const made = (base: string) => [{ name: `${base}_0001`, base, revision: "0001" }]
    const other = (hash: string, relations: Plan["relations"], bases: readonly string[]): Plan => {
      const versions = { roles: { old: null, new: null }, made: bases.flatMap(made), ended: [] }
      return { ...plan, hash: hash.repeat(64), relations, revisions: [], versions }
    }
    const register = (run: string, given: Plan): Promise<void> =>
      asSession(database.url, (session) => registerRun(session, { run, plan: given, workflowId: "w" }))
    await database.query("TRUNCATE sluice.run")
    await register("v1", other("1", [{ schema: "public", name: "a" }], ["public"]))
    await register("v2", other("2", [{ schema: "shop", name: "b" }], ["shop"]))
    const second = register("v3", other("3", [{ schema: "public", name: "c" }], ["public"]))
    await expect(second).rejects.toMatchObject({
      code: "RUN_CONFLICT",
      finding: { subject: "the version views of schema public" },
    })
    await register("v4", other("4", [{ schema: "public", name: "c" }], []))
  })

  test("refuses a plan whose revision is applied, and a run that has ended", async () => {
    await database.query("TRUNCATE sluice.run; INSERT INTO sluice.revision (id) VALUES ('0001_c')")
    const register = asSession(database.url, (session) => registerRun(session, { run: "r3", plan, workflowId: "w" }))
    await expect(register).rejects.toMatchObject({ code: "PLAN_APPLIED" })
    await database.query("TRUNCATE sluice.revision")
    await asSession(database.url, (session) => registerRun(session, { run: "r3", plan, workflowId: "w" }))
    await asSession(database.url, (session) => setRunState(session, "r3", "aborted"))
    const again = asSession(database.url, (session) => registerRun(session, { run: "r3", plan, workflowId: "w" }))
    await expect(again).rejects.toMatchObject({ code: "RUN_ENDED" })
  })

  test("is removed with what broken runs have left, and not while a run is active", async () => {
    await database.query(`
      TRUNCATE sluice.run;
      CREATE FUNCTION sluice.t_sync() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
      CREATE TRIGGER "~sluice_ins" BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION sluice.t_sync();
      ALTER TABLE t ADD COLUMN _sluice_filled_abc boolean, ADD COLUMN _sluice_0001_name text`)
    await asSession(database.url, (session) => registerRun(session, { run: "r4", plan, workflowId: "w" }))
    await expect(asSession(database.url, uninstall)).rejects.toMatchObject({ code: "RUN_ACTIVE" })
    await asSession(database.url, (session) => setRunState(session, "r4", "completed"))
    expect(await asSession(database.url, uninstall)).toEqual([
      'trigger "~sluice_ins" of public.t',
      'column "_sluice_filled_abc" of public.t',
      "schema sluice",
    ])
    expect(await asSession(database.url, uninstall)).toEqual([])
    const columns = await database.query(
      "SELECT attname FROM pg_attribute WHERE attrelid = 't'::regclass AND attnum > 0 AND NOT attisdropped",
    )
    expect(columns).toEqual([{ attname: "id" }, { attname: "_sluice_0001_name" }])
  })

  test("leaves a schema of that name alone that isn't its own", async () => {
    await database.query("CREATE SCHEMA sluice")
    await expect(asSession(database.url, ensureJournal)).rejects.toMatchObject({ code: "SCHEMA_TAKEN" })
  })
})
