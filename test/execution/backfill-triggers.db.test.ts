import { afterEach, beforeAll, beforeEach, expect, test } from "vitest"
import type { Finding } from "../../src/domain/finding.ts"
import { runBackfill } from "../../src/execution/backfill.ts"
import { precheck } from "../../src/execution/precheck.ts"
import { loadParser } from "../../src/sql/parser.ts"
import {
  administer,
  createDatabase,
  createRole,
  ownedBy,
  type TestDatabase,
  type TestRole,
} from "../harness/database.ts"
import { nickGroup, usersSync } from "../operations/sync/split-name.ts"
import { beginFilling, countRows, type Filling } from "./filling.ts"
import { attemptOf, Witness } from "./setting.ts"

let database: TestDatabase
let role: TestRole
let filling: Filling
beforeAll(loadParser)
beforeEach(async () => {
  role = await createRole()
  database = await createDatabase({
    schema: `
      CREATE TABLE users (id integer PRIMARY KEY, name text NOT NULL, visits integer DEFAULT 0) PARTITION BY RANGE (id);
      CREATE TABLE users_low PARTITION OF users FOR VALUES FROM (0) TO (100);
      CREATE TABLE users_high PARTITION OF users FOR VALUES FROM (100) TO (1000);
      INSERT INTO users (id, name) SELECT n, 'N ' || n FROM generate_series(1, 150) AS n;
      CREATE TABLE noted (by text);
      GRANT INSERT ON noted TO PUBLIC;
      CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN INSERT INTO public.noted VALUES (TG_NAME); RETURN NULL; END $$;
      CREATE TRIGGER of_all AFTER UPDATE ON users FOR EACH ROW EXECUTE FUNCTION note();
      CREATE TRIGGER of_visits AFTER UPDATE OF visits ON users FOR EACH ROW EXECUTE FUNCTION note();
      CREATE TRIGGER of_one_partition AFTER UPDATE ON users_high FOR EACH ROW EXECUTE FUNCTION note();`,
  })
  const owned = await ownedBy(role, database, ["users", "users_low", "users_high"])
  filling = await beginFilling(owned, usersSync(nickGroup()))
})
afterEach(async () => {
  await administer(`REVOKE SET ON PARAMETER session_replication_role FROM ${role.name}`)
  await database.drop()
  await role.drop()
})

const allow = (): Promise<void> => administer(`GRANT SET ON PARAMETER session_replication_role TO ${role.name}`)

async function warnings(): Promise<readonly Finding[]> {
  return (await precheck(filling.run)).filter(({ code }) => code === "TRIGGERS_FIRE")
}

async function notes(): Promise<Readonly<Record<string, number>>> {
  await runBackfill(filling.run, filling.backfill, attemptOf(), new Witness())
  expect(await countRows(database, "users", "nick IS NULL")).toBe(0)
  const rows = await database.query<{ by: string; n: number }>("SELECT by, count(*)::int AS n FROM noted GROUP BY by")
  return Object.fromEntries(rows.map(({ by, n }) => [by, n]))
}

test("a role that may not pass the application's triggers by fires them, those of partitions too, and is told which", async () => {
  expect(await warnings()).toMatchObject([
    {
      severity: "warning",
      subject: "public.users",
      message: "the backfill will fire for every row: of_all, of_one_partition",
      hint: expect.stringContaining("GRANT SET ON PARAMETER session_replication_role"),
    },
  ])
  expect(await notes()).toEqual({ of_all: 150, of_one_partition: 51 })
})

test("a role that may passes them by", async () => {
  await allow()
  expect(await warnings()).toEqual([])
  expect(await notes()).toEqual({})
})

test("one that is enabled always fires all the same, and is named", async () => {
  await allow()
  await database.query("ALTER TABLE users_high ENABLE ALWAYS TRIGGER of_one_partition")
  expect(await warnings()).toMatchObject([
    {
      message: "the backfill will fire for every row: of_one_partition",
      hint: expect.stringContaining("ENABLE ALWAYS"),
    },
  ])
  expect(await notes()).toEqual({ of_one_partition: 51 })
})
