import { afterEach, beforeAll, describe, expect, test } from "vitest"
import { Client } from "pg"
import { mergeSyncs, syncOf } from "../../../src/planner/merge-syncs.ts"
import { syncStep } from "../../../src/operations/sync/install.ts"
import { backfillBatchSql, isBad } from "../../../src/operations/sync/backfill-sql.ts"
import { loadParser } from "../../../src/sql/parser.ts"
import { createRole } from "../../harness/database.ts"
import type { TestDatabase } from "../../harness/database.ts"
import { asSession } from "../../execution/setting.ts"
import { databaseWithSync, nickGroup, splitNameGroup, syncColumn, tableModel, usersSync } from "./split-name.ts"

let database: TestDatabase | undefined
beforeAll(loadParser)
afterEach(async () => {
  await database?.drop()
  database = undefined
})

async function values(text: string): Promise<unknown[][]> {
  return ((await database?.query<object>(text)) ?? []).map((found) => Object.values(found) as unknown[])
}

describe("traps of dual write within a table, each measured before", () => {
  test("the backfill isn't taken for a write of the new shape: lossy names stay as they are", async () => {
    const sync = usersSync(splitNameGroup())
    database = await databaseWithSync(
      "CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL); INSERT INTO users VALUES (1, 'Q   Z'), (2, ' lead')",
      sync,
    )
    await database.query(backfillBatchSql(sync, tableModel("users", [["id", "integer"]])), [null, null])
    expect(await values("SELECT name, first_name, last_name FROM users ORDER BY id")).toEqual([
      ["Q   Z", "Q", "Z"],
      [" lead", "", "lead"],
    ])
  })

  test("a row that moves to another partition keeps its old shape", async () => {
    const sync = usersSync(splitNameGroup())
    database = await databaseWithSync(
      `CREATE TABLE users (id int NOT NULL, part int NOT NULL, name text NOT NULL) PARTITION BY LIST (part);
       CREATE TABLE users_1 PARTITION OF users FOR VALUES IN (1);
       CREATE TABLE users_2 PARTITION OF users FOR VALUES IN (2);
       INSERT INTO users VALUES (1, 1, 'Q   Z'), (2, 1, 'R   Y')`,
      sync,
    )
    await database.query("UPDATE users SET name = name WHERE id = 1; UPDATE users SET part = 2")
    expect(await values("SELECT tableoid::regclass::text, name, first_name FROM users ORDER BY id")).toEqual([
      ["users_2", "Q   Z", "Q"],
      ["users_2", "R   Y", "R"],
    ])
  })

  test("a partition that is attached later has the triggers, always", async () => {
    const sync = usersSync(nickGroup())
    database = await databaseWithSync(
      "CREATE TABLE users (part int NOT NULL, name text NOT NULL) PARTITION BY LIST (part)",
      sync,
    )
    await database.query("CREATE TABLE users_1 PARTITION OF users FOR VALUES IN (1)")
    await database.query("SET session_replication_role = replica; INSERT INTO users VALUES (1, 'ADA')")
    expect(await values("SELECT nick FROM users")).toEqual([["ada"]])
  })

  test("an application's trigger that normalises the old column is seen, for ours fire last", async () => {
    const sync = usersSync(nickGroup())
    database = await databaseWithSync(
      `CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL);
       CREATE FUNCTION normalise() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.name := upper(trim(NEW.name)) || '!'; RETURN NEW; END $$;
       CREATE TRIGGER zzzz BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION normalise()`,
      sync,
    )
    await database.query("INSERT INTO users VALUES (1, ' ada ')")
    expect(await values("SELECT name, nick FROM users")).toEqual([["ADA!", "ada!"]])
  })

  test("the end of one change's dual write leaves the triggers of another on the same table alone", async () => {
    const sync = usersSync(nickGroup())
    database = await databaseWithSync("CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL)", sync)
    const email = { ...nickGroup(), new: [syncColumn("email", "text", "lower(name)", { added: true })] }
    const step = syncStep(syncOf({ schema: "public", name: "users" }, [email], ["0002_later"]), "expand/later")
    await database.query(step.sql)
    await database.query(step.undo ?? "")
    const left = await values("SELECT tgname::text FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname")
    expect(left.flat()).toEqual([sync.insertTrigger, sync.updateTrigger])
    await database.query("INSERT INTO users VALUES (1, 'ADA')")
    expect(await values("SELECT nick FROM users")).toEqual([["ada"]])
  })

  test("roles need no rights on the schema or the function", async () => {
    const sync = usersSync(nickGroup())
    database = await databaseWithSync("CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL)", sync)
    const role = await createRole()
    await database.query(
      `GRANT SELECT, INSERT, UPDATE ON users TO ${role.name}; REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA sluice FROM PUBLIC`,
    )
    const client = new Client({ connectionString: database.urlAs(role).reveal() })
    await client.connect()
    await client.query("INSERT INTO users (id, name) VALUES (1, 'ADA')")
    await client.query("UPDATE users SET name = 'BOB'")
    await client.end()
    expect(await values("SELECT nick FROM users")).toEqual([["bob"]])
    await database.query(`DROP OWNED BY ${role.name}`)
    await role.drop()
  })

  test("an application's search_path, TimeZone and own functions of the same name change nothing", async () => {
    const sync = usersSync({
      old: [],
      new: [syncColumn("label", "text", "to_char(at, 'YYYY-MM-DD HH24') || lower('X')", { added: true })],
      sources: [syncColumn("at", "timestamp with time zone", null)],
    })
    database = await databaseWithSync("CREATE TABLE users (id int PRIMARY KEY, at timestamptz)", sync)
    await database.query(
      `CREATE SCHEMA evil; CREATE FUNCTION evil.lower(text) RETURNS text LANGUAGE sql AS $$ SELECT 'evil' $$;
       SET search_path = evil, pg_catalog, public; SET "TimeZone" = 'Asia/Tokyo'; SET "DateStyle" = 'German';
       INSERT INTO users (id, at) VALUES (1, '2024-01-01T20:00:00Z')`,
    )
    expect(await values("SELECT label FROM users")).toEqual([["2024-01-01 20x"]])
  })

  test("nor do settings that only some expressions depend on: the comparison finds every row right", async () => {
    const computed = {
      tags: syncColumn("tags", "text[]", "('{NULL,' || name || '}')::text[]", { added: true }),
      born: syncColumn("born", "date", "day::date", { added: true }),
      price: syncColumn("price", "text", "(cents / 100.0)::numeric::money::text", { added: true }),
      sum: syncColumn("sum", "text", "to_char(cents, '9G999D99')", { added: true }),
      month: syncColumn("month", "text", "to_char(date '2020-03-01' + id, 'TMMonth') || (name = NULL)", {
        added: true,
      }),
      note: syncColumn("note", "text", "quote_ident(name)", { added: true }),
    }
    const sources = [
      syncColumn("name", "text", null),
      syncColumn("day", "text", null),
      syncColumn("cents", "integer", null),
      syncColumn("id", "integer", null),
    ]
    const sync = usersSync(...Object.values(computed).map((column) => ({ old: [], new: [column], sources })))
    database = await databaseWithSync("CREATE TABLE users (id int PRIMARY KEY, name text, day text, cents int)", sync)
    await database.query(`
      SET array_nulls = off; SET "DateStyle" = 'German'; SET quote_all_identifiers = on; SET transform_null_equals = on;
      INSERT INTO users (id, name, day, cents) VALUES (1, 'bob', '02/03/2001', 123456)`)
    // As our sessions compute it.
    const [table] = await asSession(database.url, (session) =>
      session.query<{ bad: boolean }>(`SELECT ${isBad(sync)} AS bad FROM public.users AS t`),
    )
    expect(table).toEqual({ bad: false })
    expect(await values("SELECT tags, born::text, month, note FROM users")).toEqual([
      [[null, "bob"], "2001-02-03", null, "bob"],
    ])
  })

  test.each([
    ["numeric", "1.0", "1.00"],
    ["json", "'{\"a\":1}'", "'{\"a\": 1}'"],
    ["jsonb", "'[1.0]'", "'[1.00]'"],
    ["point", "'(1,2)'", "'(1,3)'"],
    ["box", "'((0,0),(1,4))'", "'((0,0),(2,2))'"],
    ["interval", "'1 day'", "'24 hours'"],
    ["double precision", "'0'", "'-0'"],
    ["text[]", "'{a}'", "'{a,b}'"],
    ["character(3)", "'a'", "'b'"],
    ["xml", "'<a/>'", "'<b/>'"],
  ])("a change of %s is seen even where `=` doesn't see it", async (type, from, to) => {
    const sync = usersSync({
      old: [],
      new: [syncColumn("label", "text", "v::text", { added: true })],
      sources: [syncColumn("v", type, null)],
    })
    database = await databaseWithSync(`CREATE TABLE users (id int PRIMARY KEY, v ${type})`, sync)
    await database.query(`INSERT INTO users (id, v) VALUES (1, ${from})`)
    await database.query(`UPDATE users SET v = ${to}`)
    expect(await values("SELECT label = v::text FROM users")).toEqual([[true]])
  })

  test("a value too long for its column is an error, never cut", async () => {
    const sync = usersSync({
      ...nickGroup(),
      new: [syncColumn("nick", "character varying(3)", "lower(name)", { added: true })],
    })
    database = await databaseWithSync("CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL)", sync)
    await expect(database.query("INSERT INTO users VALUES (1, 'Adalbert')")).rejects.toMatchObject({ code: "22001" })
  })

  test("a row that `up` fails on can be mended by whoever writes the new shape", async () => {
    const sync = usersSync({
      old: [syncColumn("name", "text", "code::text", { notNull: true })],
      new: [syncColumn("code", "integer", "name::integer", { added: true })],
      sources: [],
    })
    database = await databaseWithSync(
      `CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL); INSERT INTO users VALUES (1, 'one'), (2, 'two')`,
      sync,
    )
    await database.query("UPDATE users SET name = '1', code = 1 WHERE id = 1; UPDATE users SET code = 2 WHERE id = 2")
    expect(await values("SELECT name, code FROM users ORDER BY id")).toEqual([
      ["1", 1],
      ["2", 2],
    ])
  })

  test("names that need quotes, dollars and the names of our own variables", async () => {
    const [odd, dollar] = ["is_fresh", '$sluice$ "x".y\n--']
    const relation = { schema: "public", name: 'Weird "Name.x' }
    const group = {
      old: [],
      new: [syncColumn(dollar, "text", "\"is_fresh\" || '$sluice$' || E'\\\\'", { added: true })],
      sources: [syncColumn(odd, "text", null)],
    }
    const sync = syncOf(relation, [group], ["r"])
    database = await databaseWithSync(`CREATE TABLE "Weird ""Name.x" (is_fresh text)`, sync)
    await database.query(`INSERT INTO "Weird ""Name.x" VALUES ('a')`)
    expect((await values(`SELECT * FROM "Weird ""Name.x"`))[0]?.[1]).toBe("a$sluice$\\")
  })

  test("columns that are computed from one another are judged together, others each for itself", () => {
    const relation = { schema: "public", name: "users" }
    const parts = [
      { old: [], new: [syncColumn("first_name", "text", "name")], sources: [syncColumn("name", "text", null)] },
      { old: [], new: [syncColumn("label", "text", "email")], sources: [syncColumn("email", "text", null)] },
      { old: [syncColumn("name", "text", "first_name")], new: [], sources: [syncColumn("first_name", "text", null)] },
    ].map((group) => ({ relation, group }))
    const [sync] = mergeSyncs(parts, ["r"])
    const names = sync?.groups.map((group) =>
      [group.old, group.new, group.sources].map((side) => side.map(({ name }) => name)),
    )
    expect(names).toEqual([
      [["name"], ["first_name"], []],
      [[], ["label"], ["email"]],
    ])
  })
})
