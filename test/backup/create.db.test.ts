import { readFile, stat } from "node:fs/promises"
import { join } from "node:path"
import { expect, onTestFinished, test } from "vitest"
import { createBackup } from "../../src/backup/create.ts"
import { runTool } from "../../src/backup/run-tool.ts"
import { findPostgresTool } from "../../src/postgres/tools.ts"
import { findRunBackup } from "../../src/ledger/backups.ts"
import { createRole } from "../harness/database.ts"
import { attempt, openBackup, users } from "./open-backup.ts"

test("a backup is restored, compared, registered and leaves no scratch database behind", async () => {
  const { input, control, directory, files, scratch, database } = await openBackup()
  const record = await createBackup(input, attempt())
  expect(record).toMatchObject({ state: "verified", target: "shop", run: input.run, planHash: input.plan?.hash })
  expect(record.tables).toMatchObject([{ name: "public.users", rows: 500, method: "text" }])
  expect(record.restoreSeconds).toBeGreaterThan(0)
  expect(record.missingForeignKeys).toMatchObject([{ name: "users_team_fkey of public.users" }])
  expect(await files()).toEqual([`${record.id}.dump`, `${record.id}.json`])
  expect(JSON.parse(await readFile(join(directory, `${record.id}.json`), "utf8"))).toEqual(record)
  expect((await stat(join(directory, record.file))).mode & 0o777).toBe(0o600)
  expect(await scratch()).toEqual([])
  expect(await findRunBackup(control.control, input.run ?? "")).toEqual(record)
  const entries = await control.ledger.entriesOf(input.run ?? "")
  expect(entries).toMatchObject([
    { kind: "backup.registered", detail: { state: "verified", rows: 500, sha256: record.sha256 } },
  ])
  expect(
    await database.query(
      "SELECT count(*)::int AS locks FROM pg_locks AS l JOIN pg_class AS c ON c.oid = l.relation WHERE c.relname = 'users'",
    ),
  ).toEqual([{ locks: 0 }])
})

test("only the touched tables' data is in it, also with names that look like patterns", async () => {
  const odd = `"Weird ""Name.x"`
  const { input, directory } = await openBackup({
    schema: `
      CREATE TABLE ${odd} (id int, "Col.*" text); INSERT INTO ${odd} VALUES (1, 'wanted');
      CREATE TABLE "Weird ""Name?x" (id int, t text); INSERT INTO "Weird ""Name?x" VALUES (1, 'unwanted');
      CREATE TABLE "a|b*" (id int, t text); INSERT INTO "a|b*" VALUES (1, 'unwanted');
      CREATE TABLE a (id int, t text); INSERT INTO a VALUES (1, 'unwanted');
      CREATE TABLE "A" (id int, t text); INSERT INTO "A" VALUES (1, 'wanted');
      CREATE TABLE "x$y[]{}()^\\" (id int, t text); INSERT INTO "x$y[]{}()^\\" VALUES (1, 'unwanted');
      CREATE TABLE "${"ü".repeat(31)}" (id int, t text); INSERT INTO "${"ü".repeat(31)}" VALUES (1, 'unwanted');
      CREATE SCHEMA "Other.s"; CREATE TABLE "Other.s"."A" (t text); INSERT INTO "Other.s"."A" VALUES ('unwanted');
      CREATE SCHEMA "odd|"; CREATE TABLE "odd|"."t" (t text); INSERT INTO "odd|"."t" VALUES ('unwanted');
      CREATE MATERIALIZED VIEW m AS SELECT * FROM a`,
    relations: [
      { schema: "public", name: 'Weird "Name.x' },
      { schema: "public", name: "A" },
      { schema: "public", name: "comes_only_with_the_plan" },
    ],
  })
  const record = await createBackup(input, attempt())
  expect(record.tables.map(({ name, rows }) => [name, rows])).toEqual([
    ['public."A"', 1],
    ['public."Weird ""Name.x"', 1],
  ])
  const contents = await tableOfContents(join(directory, record.file))
  const data = contents.filter((line) => line.includes(" TABLE DATA ")).map((line) => line.split(" TABLE DATA ")[1])
  expect(data).toEqual(["public A postgres", 'public Weird "Name.x postgres'])
  expect(contents.some((line) => line.includes(" TABLE Other.s A "))).toBe(true)
})

test("partitions and children come with their parent", async () => {
  const { input } = await openBackup({
    schema: `
      CREATE TABLE events (id int, at date) PARTITION BY RANGE (id);
      CREATE TABLE events_low PARTITION OF events FOR VALUES FROM (0) TO (10) PARTITION BY LIST (id);
      CREATE TABLE events_five PARTITION OF events_low FOR VALUES IN (5);
      CREATE TABLE events_rest PARTITION OF events DEFAULT;
      INSERT INTO events VALUES (5, now()), (50, now()), (51, now())`,
    relations: [{ schema: "public", name: "events" }],
  })
  const record = await createBackup(input, attempt())
  expect(record.tables.map(({ name, rows }) => [name, rows])).toEqual([
    ["public.events_five", 1],
    ["public.events_rest", 2],
  ])
})

test("the rows are those of one snapshot, while others write", async () => {
  const { input, database } = await openBackup()
  const done = new AbortController()
  const writer = (async () => {
    for (let id = 1_000; !done.signal.aborted; id++)
      await database.query("INSERT INTO users (id, team) VALUES ($1, 1)", [id])
  })()
  try {
    expect(await createBackup(input, attempt())).toMatchObject({ state: "verified" })
  } finally {
    done.abort()
    await writer
  }
})

test("a role that owns its tables and may create databases needs no more", async () => {
  const role = await createRole({ createDatabase: true })
  const { input, database } = await openBackup({
    owner: role,
    schema: `
      SET ROLE ${role.name};
      CREATE TABLE users (id int PRIMARY KEY, name text); INSERT INTO users VALUES (1, 'a');
      CREATE POLICY own ON users USING (true); ALTER TABLE users ENABLE ROW LEVEL SECURITY;
      COMMENT ON TABLE users IS 'people'; GRANT SELECT ON users TO PUBLIC;
      RESET ROLE;
      CREATE SCHEMA private; CREATE TABLE private.secret (s text); CREATE TABLE public.others (s text)`,
    as: (database) => database.urlAs(role),
  })
  onTestFinished(async () => {
    await database.drop()
    await role.drop()
  })
  const record = await createBackup(input, attempt())
  expect(record).toMatchObject({ state: "verified", tables: [{ name: "public.users", rows: 1 }] })
  expect(record.notes).toEqual([
    "left out, since it may not be read: private.secret",
    "left out, since it may not be read: public.others",
    "row level security policies were left out",
    "row level security was not switched on",
  ])
})

test("without a server for the test restore nothing is dumped, and the run goes no further", async () => {
  const role = await createRole()
  const { input, database, control, files } = await openBackup({ owner: role, as: (database) => database.urlAs(role) })
  onTestFinished(async () => {
    await database.drop()
    await role.drop()
  })
  await database.query(`ALTER TABLE users OWNER TO ${role.name}`)
  await expect(createBackup(input, attempt())).rejects.toMatchObject({ kind: "RefusedError", code: "NO_SCRATCH" })
  expect(await files()).toEqual([])
  expect(await findRunBackup(control.control, input.run ?? "")).toBeNull()
  const record = await createBackup({ ...input, fallbackScratchUrl: control.database.url }, attempt())
  expect(record).toMatchObject({ state: "verified" })
})

test("a touched table that may not be read is refused by name", async () => {
  const role = await createRole({ createDatabase: true })
  const { input, database } = await openBackup({ as: (database) => database.urlAs(role), relations: [users] })
  onTestFinished(async () => {
    await database.drop()
    await role.drop()
  })
  await expect(createBackup(input, attempt())).rejects.toMatchObject({
    code: "PERMISSION_DENIED",
    finding: { subject: "public.users" },
  })
})

async function tableOfContents(file: string): Promise<readonly string[]> {
  const path = await findPostgresTool("pg_restore")
  const { signal } = attempt()
  return (await runTool({ path, args: ["--list", file], url: null, applicationName: "test", signal })).split("\n")
}
