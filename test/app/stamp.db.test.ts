import { rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { doctor } from "../../src/app/doctor/doctor.ts"
import { makePlan } from "../../src/app/make-plan.ts"
import { current, history } from "../../src/app/revisions.ts"
import { stamp } from "../../src/app/stamp.ts"
import { uninstall } from "../../src/app/uninstall.ts"
import { Ledger } from "../../src/ledger/chain.ts"
import { openControl } from "../../src/ledger/control.ts"
import { sluice } from "../cli/sluice.ts"
import { createRole } from "../harness/database.ts"
import { Bench } from "./bench.ts"

let bench: Bench

beforeEach(async () => {
  bench = await Bench.begin({ address: "127.0.0.1:1", namespace: "default" })
  configure("{schemas: true}")
  bench.write("0002_more.yaml", "title: More\noperations: []\n")
})
afterEach(() => bench.end())

function configure(versions: string): void {
  writeFileSync(
    join(bench.folder, "sluice.yaml"),
    `version: 1
control: {url: \${CONTROL_URL}}
targets: {shop: {url: \${SHOP_URL}, versions: ${versions}}}
`,
  )
}

async function entries(): Promise<readonly (readonly [string, unknown])[]> {
  const control = openControl(bench.control.urlAs(bench.role))
  const found: (readonly [string, unknown])[] = []
  for await (const page of new Ledger(control).pages())
    for (const { kind, detail } of page) found.push([kind, detail["outcome"] ?? detail["revisions"]])
  await control.close()
  return found
}

const columns = async (view: string): Promise<readonly string[]> => {
  const rows = await bench.target.query<{ name: string }>(
    "SELECT attname::text AS name FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 ORDER BY attnum",
    [view],
  )
  return rows.map(({ name }) => name)
}

describe("recording revisions", () => {
  test("a revision and all before it are recorded once, by nobody's run, and the ledger says who and when", async () => {
    const app = await bench.app()
    const first = await stamp(app, { target: "shop", revision: "0002_more", views: false, unchecked: true })
    expect(first).toMatchObject({ revision: "0002_more", recorded: ["0001_email", "0002_more"], schemas: [] })
    expect(await current(app, "shop")).toMatchObject([{ id: "0002_more", run: null, planHash: null }])
    expect(await stamp(app, { target: "shop", revision: "0002_more", views: false, unchecked: true })).toMatchObject({
      recorded: [],
    })
    expect(await entries()).toEqual([
      ["stamp.intent", ["0001_email", "0002_more"]],
      ["stamp.outcome", "done"],
      ["stamp.intent", []],
      ["stamp.outcome", "done"],
    ])
    await expect(makePlan(app, { target: "shop" })).rejects.toMatchObject({ code: "ALREADY_APPLIED" })
  })

  test("one whose parent isn't applied any more says so in current and history", async () => {
    const app = await bench.app()
    await stamp(app, { target: "shop", revision: "0002_more", views: false, unchecked: true })
    expect(await current(app, "shop")).toMatchObject([{ id: "0002_more", parentsMissing: [] }])
    await bench.target.query("DELETE FROM sluice.revision WHERE id = '0001_email'")
    const without = [{ id: "0002_more", parentsMissing: ["0001_email"] }]
    expect(await current(app, "shop")).toMatchObject(without)
    expect(await history(app, "shop")).toMatchObject(without)
    const said = await sluice(bench.folder, ["history"], bench.env)
    expect(said.stdout).toContain("[without 0001_email, which it builds on] More")
    const checks = await doctor({ cwd: bench.folder, env: { ...process.env, ...bench.env }, actor: "tester" }, "shop")
    expect(checks).toContainEqual(
      expect.objectContaining({ state: "warn", detail: expect.stringContaining("but not 0001_email") }),
    )
  })

  test("an unknown revision, none at all, and views that the target doesn't want are the person's to mend", async () => {
    const app = await bench.app()
    const none = stamp(app, { target: "shop", revision: "0009", views: false })
    await expect(none).rejects.toMatchObject({ code: "UNKNOWN_REVISION", kind: "UserError" })
    await expect(stamp(app, { target: "shop", views: false })).rejects.toMatchObject({ code: "BAD_ARGUMENT" })
    configure("{}")
    const unwanted = stamp(await bench.app(), { target: "shop", views: true })
    await expect(unwanted).rejects.toMatchObject({ code: "VERSIONS_OFF", kind: "UserError" })
    expect(await entries()).toEqual([])
    expect(await bench.target.query("SELECT FROM pg_namespace WHERE nspname = 'sluice'")).toEqual([])
  })

  test("what the tables don't have isn't recorded, unless somebody insists; what later ones took away may be missing", async () => {
    const app = await bench.app()
    const ask = { target: "shop", revision: "0002_more", views: false }
    await expect(stamp(app, ask)).rejects.toMatchObject({
      code: "REVISION_NOT_THERE",
      finding: { subject: "0001_email", hint: expect.stringMatching(/sluice start 0001_email .*--unchecked/) },
    })
    expect(await entries()).toEqual([])
    bench.write("0002_more.yaml", "operations: [{drop_column: {table: people, column: email, down: name}}]\n")
    expect(await stamp(app, ask)).toMatchObject({ recorded: ["0001_email", "0002_more"] })
  })

  test("what the tables have is recorded without a word, and views record nothing in passing", async () => {
    const app = await bench.app()
    await bench.target.query("ALTER TABLE people ADD COLUMN email text")
    bench.write(
      "0002_more.yaml",
      "operations: [{add_column: {table: people, column: {name: nick, type: text, nullable: true}}}]\n",
    )
    await stamp(app, { target: "shop", revision: "0001_email", views: false })
    await stamp(app, { target: "shop", revision: "0002_more", views: false, unchecked: true })
    // As an undo of the first leaves it.
    await bench.target.query("DELETE FROM sluice.revision WHERE id = '0001_email'")
    expect(await stamp(app, { target: "shop", revision: "0002_more", views: true })).toMatchObject({ recorded: [] })
  })

  test("while a run is at work nothing is stamped, and the ledger knows that it was asked for", async () => {
    const app = await bench.app()
    await stamp(app, { target: "shop", revision: "0001_email", views: false, unchecked: true })
    await bench.target.query(`INSERT INTO sluice.run (run, plan_hash, workflow_id, revisions, relations)
      VALUES ('r', 'p', 'w', '{}', '{}')`)
    const late = stamp(app, { target: "shop", revision: "0002_more", views: true, unchecked: true })
    await expect(late).rejects.toMatchObject({ code: "RUN_ACTIVE", kind: "RefusedError" })
    expect((await entries()).at(-1)).toEqual(["stamp.outcome", "failed"])
    expect(await current(app, "shop")).toMatchObject([{ id: "0001_email" }])
  })
})

describe("a file that was edited after its revision was recorded", () => {
  const edited = `title: More\noperations: [{sql: {up: "SELECT 1", down: "SELECT 1"}}]\n`
  const told = { code: "REVISION_EDITED", severity: "warning", subject: "0002_more", file: "0002_more.yaml" }

  test("is told by plan, also where nothing is left to be planned, and marked in the history", async () => {
    const app = await bench.app()
    await stamp(app, { target: "shop", revision: "0002_more", views: false, unchecked: true })
    const marks = async () => (await history(app, "shop")).map(({ id, edited }) => [id, edited])
    bench.write("0002_more.yaml", "# why\ntitle:   More\noperations: []\n")
    expect(await marks()).toEqual([
      ["0001_email", false],
      ["0002_more", false],
    ])
    bench.write("0002_more.yaml", edited)
    expect(await marks()).toEqual([
      ["0001_email", false],
      ["0002_more", true],
    ])
    await expect(makePlan(app, { target: "shop" })).rejects.toMatchObject({
      code: "ALREADY_APPLIED",
      findings: [{ code: "ALREADY_APPLIED" }, told],
    })
    // What leads is one of them, and so is said once.
    const { stderr } = await sluice(bench.folder, ["plan"], bench.env)
    expect(stderr.split("is applied in shop already")).toHaveLength(2)
    bench.write("0003_last.yaml", `title: Last\noperations: [{sql: {up: "SELECT 1", down: "SELECT 1"}}]\n`)
    expect((await makePlan(app, { target: "shop" })).findings).toContainEqual(expect.objectContaining(told))
    const { stdout } = await sluice(bench.folder, ["history"], bench.env)
    expect(stdout).toMatch(/0002_more .*stamped +\[file edited since\] More/)
  })

  test("is marked as far as that can be known where the folder has mistakes, or isn't there", async () => {
    const app = await bench.app()
    await stamp(app, { target: "shop", revision: "0002_more", views: false, unchecked: true })
    bench.write("0002_more.yaml", "operations: {}")
    expect((await history(app, "shop")).map(({ edited }) => edited)).toEqual([false, null])
    rmSync(join(bench.folder, "migrations"), { recursive: true })
    expect((await history(app, "shop")).map(({ edited }) => edited)).toEqual([null, null])
  })
})

describe("the views of the present shape", () => {
  test("on the command line: one document, or what was done and the statement for the role", async () => {
    const args = ["stamp", "0001_email", "--target", "shop", "--views", "--unchecked"]
    const asJson = await sluice(bench.folder, [...args, "--json"], bench.env)
    expect([asJson.code, asJson.json()]).toMatchObject([
      0,
      { recorded: ["0001_email"], searchPath: ["public_0001_email", "public"] },
    ])
    const asText = await sluice(bench.folder, args, bench.env)
    expect(asText.stdout).toBe(`Version schema public_0001_email: 1 view, unchanged
  ALTER ROLE … IN DATABASE "${bench.target.name}" SET search_path = "public_0001_email", "public";
`)
  })

  test("before the first change they need no revision; the next plan ends that version", async () => {
    const app = await bench.app()
    const stamped = await stamp(app, { target: "shop", views: true })
    expect(stamped).toEqual({
      target: "shop",
      revision: null,
      recorded: [],
      schemas: [{ name: "public_base", views: 1, state: "created" }],
      searchPath: ["public_base", "public"],
      statement: `ALTER ROLE … IN DATABASE "${bench.target.name}" SET search_path = "public_base", "public";`,
    })
    expect(await columns("public_base.people")).toEqual(["id", "name"])
    const { plan, findings } = await makePlan(app, { target: "shop", revision: "0001_email" })
    expect(plan.versions.ended).toEqual([{ name: "public_base", base: "public", revision: null }])
    expect(findings.map(({ code }) => code)).toEqual(["REQUIRED_FROM_CONTRACT"])
  })

  test.each(["0002-nick", "0002.nick"])("are no reason to refuse the next change, also as those of %s", async (id) => {
    const app = await bench.app()
    rmSync(join(bench.folder, "migrations", "0002_more.yaml"))
    bench.write(`${id}.yaml`, "parents: [0001_email]\noperations: []\n")
    await stamp(app, { target: "shop", revision: id, views: true, unchecked: true })
    bench.write(
      "0003_name.yaml",
      `parents: [${id}]\noperations: [{alter_column: {table: people, column: name, type: varchar(100), up: name, down: name}}]\n`,
    )
    const { findings } = await makePlan(app, { target: "shop" })
    expect(findings.filter(({ severity }) => severity === "error")).toEqual([])
  })

  test("said again, they are as they were; where a table has changed by hand, they are brought up to date", async () => {
    const app = await bench.app()
    const again = async (): Promise<unknown> =>
      (await stamp(app, { target: "shop", revision: "0001_email", views: true, unchecked: true })).schemas
    expect(await again()).toEqual([{ name: "public_0001_email", views: 1, state: "created" }])
    const [before] = await bench.target.query("SELECT oid FROM pg_class WHERE relname = 'people' AND relkind = 'v'")
    expect(await again()).toEqual([{ name: "public_0001_email", views: 1, state: "unchanged" }])
    expect(await bench.target.query("SELECT oid FROM pg_class WHERE relname = 'people' AND relkind = 'v'")).toEqual([
      before,
    ])
    await bench.target.query(
      `SET ROLE ${bench.role.name}; ALTER TABLE people ADD COLUMN age int; CREATE TABLE pets (id int)`,
    )
    expect(await again()).toEqual([{ name: "public_0001_email", views: 2, state: "refreshed" }])
    expect(await columns("public_0001_email.people")).toEqual(["id", "name", "age"])
    await bench.target.query(`GRANT SELECT ON people TO PUBLIC; GRANT SELECT ON public_0001_email.pets TO PUBLIC`)
    expect(await again()).toEqual([{ name: "public_0001_email", views: 2, state: "refreshed" }])
    const readable = await bench.target.query(
      `SELECT table_name AS name FROM information_schema.table_privileges
        WHERE table_schema = 'public_0001_email' AND grantee = 'PUBLIC'`,
    )
    expect(readable).toEqual([{ name: "people" }])
    expect(await again()).toEqual([{ name: "public_0001_email", views: 2, state: "unchanged" }])
  })

  test("views of a run that may still be undone stay as it made them", async () => {
    const app = await bench.app()
    await stamp(app, { target: "shop", revision: "0001_email", views: true, unchecked: true })
    await bench.target.query(`INSERT INTO sluice.run (run, plan_hash, workflow_id, revisions, relations, state)
      VALUES ('r', 'p', 'w', '{0001_email}', '{}', 'contracted')`)
    expect(await stamp(app, { target: "shop", views: true })).toMatchObject({ schemas: [{ state: "unchanged" }] })
    await bench.target.query(`SET ROLE ${bench.role.name}; CREATE TABLE pets (id int)`)
    await expect(stamp(app, { target: "shop", views: true })).rejects.toMatchObject({ code: "RUN_ACTIVE" })
  })

  test("a shape that has gone can't be shown, and a schema of that name that isn't ours stays alone", async () => {
    const app = await bench.app()
    await stamp(app, { target: "shop", revision: "0002_more", views: false, unchecked: true })
    const gone = stamp(app, { target: "shop", revision: "0001_email", views: true, unchecked: true })
    await expect(gone).rejects.toMatchObject({ code: "VERSION_NOT_PRESENT", kind: "RefusedError" })
    await bench.target.query("CREATE SCHEMA public_0002_more")
    const taken = stamp(app, { target: "shop", views: true })
    await expect(taken).rejects.toMatchObject({ code: "VERSION_SCHEMA_TAKEN", kind: "RefusedError" })
    expect((await entries()).at(-1)).toEqual(["stamp.outcome", "failed"])
  })

  test("uninstall takes the version schemas along, unless somebody has put something of theirs there", async () => {
    const app = await bench.app()
    await stamp(app, { target: "shop", views: true })
    await bench.target.query("CREATE TABLE public_base.theirs (id int)")
    await expect(uninstall(app, "shop")).rejects.toMatchObject({ code: "DEPENDENTS_EXIST" })
    await bench.target.query("DROP TABLE public_base.theirs")
    expect(await uninstall(app, "shop")).toEqual(['schema "public_base"', "schema sluice"])
    expect(await bench.target.query("SELECT FROM pg_namespace WHERE nspname LIKE 'public\\__%'")).toEqual([])
  })

  // Seen before: applications on the version lost their tables in the middle of their work, without a question.
  test("uninstall is refused while a role's sessions begin with a version, and says how to end that", async () => {
    const app = await bench.app()
    await stamp(app, { target: "shop", views: true })
    const role = await createRole()
    try {
      await bench.target.query(
        `ALTER ROLE ${role.name} IN DATABASE ${bench.target.name} SET search_path = public_base, public`,
      )
      const refused = await uninstall(app, "shop").catch((error: unknown) => error)
      expect(refused).toMatchObject({ code: "VERSION_IN_USE", message: expect.stringContaining(role.name) })
      const { hint } = (refused as { finding: { hint: string } }).finding
      await bench.target.query(/ALTER ROLE [^;]*;/.exec(hint)?.[0] ?? "no statement")
      expect(await uninstall(app, "shop")).toContain('schema "public_base"')
    } finally {
      await role.drop()
    }
  })
})
