import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { runBackfill } from "../../src/execution/backfill.ts"
import { runVerify } from "../../src/execution/verify.ts"
import { syncOf } from "../../src/planner/merge-syncs.ts"
import { loadParser } from "../../src/sql/parser.ts"
import { createDatabase, type TestDatabase } from "../harness/database.ts"
import { nickGroup, splitNameGroup, syncColumn, usersSync } from "../operations/sync/split-name.ts"
import { beginFilling, countRows } from "./filling.ts"
import { asSession, attemptOf, eventually, journalOf, Witness } from "./setting.ts"

const people = `
  CREATE TABLE users (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, visits integer DEFAULT 0);
  INSERT INTO users (name) SELECT 'First' || n || ' Last' || n FROM generate_series(1, 50000) AS n;`

let database: TestDatabase
beforeAll(loadParser)
beforeEach(async () => {
  database = await createDatabase()
})
afterEach(() => database.drop())

describe("a table is filled", () => {
  test("with honest progress, its journal row, and nothing to do the second time", async () => {
    await database.query(people)
    const { run, backfill, verify } = await beginFilling(database, usersSync(nickGroup()))
    const witness = new Witness()
    expect(await runBackfill(run, backfill, attemptOf(), witness)).toEqual({ outcome: "done", rows: 50_000 })
    expect(witness.progressSeen.at(-1)).toMatchObject({
      table: "public.users",
      rowsDone: 50_000,
      rowsTotal: 50_000,
      etaSeconds: 0,
      throttledBy: null,
    })
    expect(await countRows(database, "users", "nick IS DISTINCT FROM lower(name)")).toBe(0)
    expect(await runBackfill(run, backfill, attemptOf({ number: 2 }), witness)).toEqual({
      outcome: "observed",
      rows: 0,
    })
    expect(await runVerify(run, verify, attemptOf(), witness)).toEqual({ outcome: "done", rows: 50_000 })
    expect(await journalOf(run)).toEqual(["do done", "do done"])
  })

  test("that is empty", async () => {
    await database.query("CREATE TABLE users (id integer PRIMARY KEY, name text NOT NULL)")
    const { run, backfill, verify } = await beginFilling(database, usersSync(nickGroup()))
    expect(await runBackfill(run, backfill, attemptOf(), new Witness())).toMatchObject({ rows: 0 })
    expect(await runVerify(run, verify, attemptOf(), new Witness())).toMatchObject({ rows: 0 })
  })

  test("that has a key of several columns, one of them text", async () => {
    await database.query(`
      CREATE TABLE users (tenant integer, code text COLLATE "C", name text NOT NULL, PRIMARY KEY (tenant, code));
      CREATE TABLE people (tenant integer, code varchar(20), born date, name text NOT NULL, PRIMARY KEY (tenant, born, code));
      INSERT INTO people SELECT n % 3, 'x{"' || n, date '2000-01-01' + n % 100, 'N ' || n FROM generate_series(1, 20000) AS n`)
    const sync = syncOf({ schema: "public", name: "people" }, [nickGroup()], ["r"])
    const { run, backfill, verify } = await beginFilling(database, sync)
    expect(backfill.backfill.key).toEqual(["tenant", "born", "code"])
    expect(await runBackfill(run, backfill, attemptOf(), new Witness())).toMatchObject({ rows: 20_000 })
    expect(await runVerify(run, verify, attemptOf(), new Witness())).toMatchObject({ rows: 20_000 })
  })

  test("that is partitioned, with and without a key", async () => {
    for (const key of [", PRIMARY KEY (id)", ""]) {
      await database.query(`
        DROP TABLE IF EXISTS users; DROP SCHEMA IF EXISTS sluice CASCADE;
        CREATE TABLE users (id integer NOT NULL, name text NOT NULL ${key}) PARTITION BY RANGE (id);
        CREATE TABLE users_a PARTITION OF users FOR VALUES FROM (0) TO (7000);
        CREATE TABLE users_b PARTITION OF users FOR VALUES FROM (7000) TO (100000);
        INSERT INTO users SELECT n, 'N ' || n FROM generate_series(1, 20000) AS n`)
      const { run, backfill, verify } = await beginFilling(database, usersSync(nickGroup()))
      expect(await runBackfill(run, backfill, attemptOf(), new Witness())).toMatchObject({ rows: 20_000 })
      expect(await runVerify(run, verify, attemptOf(), new Witness())).toMatchObject({ rows: 20_000 })
    }
  })

  test("that has no key, while unrelated updates move its rows about", async () => {
    await database.query(`CREATE TABLE users (id integer, name text NOT NULL, visits integer DEFAULT 0);
      CREATE INDEX ON users (id);
      INSERT INTO users SELECT n, 'N ' || n FROM generate_series(1, 30000) AS n`)
    const { run, backfill, verify } = await beginFilling(database, usersSync(nickGroup()), { batchDurationMs: 5 })
    const over = new AbortController()
    const mover = asSession(database.url, async (session) => {
      for (let id = 1; !over.signal.aborted; id = (id * 7919) % 30_011)
        await session.query("UPDATE public.users SET visits = visits + 1 WHERE id BETWEEN $1 AND $1 + 20", [id])
    })
    const witness = new Witness()
    await runBackfill(run, backfill, attemptOf(), witness)
    over.abort()
    await mover
    // By place, rows are counted by estimate; what is done never passes it.
    const { rowsDone = 0, rowsTotal = 0 } = witness.progressSeen.at(-1) ?? {}
    expect(rowsDone).toBe(rowsTotal)
    expect(Math.abs(rowsTotal - 30_000)).toBeLessThan(3_000)
    expect(await runVerify(run, verify, attemptOf(), new Witness())).toMatchObject({ rows: 30_000 })
  })

  test.each([
    ["", ""],
    [", in partitions", "PARTITION BY RANGE (id)"],
  ])("that has no statistics yet%s: they are made before the first batch is planned", async (_, partitions) => {
    const isPartitioned = partitions !== ""
    const off = "WITH (autovacuum_enabled = false)"
    await database.query(`
      CREATE TABLE users (id integer PRIMARY KEY, name text NOT NULL) ${isPartitioned ? partitions : off};
      ${isPartitioned ? `CREATE TABLE users_all PARTITION OF users DEFAULT ${off};` : ""}
      INSERT INTO users SELECT n, 'N ' || n FROM generate_series(1, 3000) AS n`)
    const statistics = `SELECT c.reltuples::int AS rows, s.null_frac AS "unfilled"
       FROM pg_class AS c LEFT JOIN pg_stats AS s ON s.tablename = c.relname AND s.attname = 'nick'
      WHERE c.relname LIKE 'users%' AND c.relkind = 'r'`
    const { run, backfill } = await beginFilling(database, usersSync(nickGroup()))
    expect(await database.query(statistics)).toEqual([{ rows: -1, unfilled: null }])
    await runBackfill(run, backfill, attemptOf(), new Witness())
    expect(await database.query(statistics)).toEqual([{ rows: 3_000, unfilled: 1 }])
  })

  test("whose names are hostile", async () => {
    const relation = { schema: 'We"ird.Schema', name: `sel;ect "T" 'x' ${"é".repeat(20)}` }
    await database.query(`
      CREATE SCHEMA "We""ird.Schema";
      CREATE TABLE "We""ird.Schema"."sel;ect ""T"" 'x' ${"é".repeat(20)}" ("user" bigint, "Na.me" text, PRIMARY KEY ("user"));
      INSERT INTO "We""ird.Schema"."sel;ect ""T"" 'x' ${"é".repeat(20)}" SELECT n, 'N ' || n FROM generate_series(1, 3000) AS n`)
    const group = {
      old: [],
      new: [syncColumn('new "col', "text", `lower("Na.me")`, { added: true })],
      sources: [syncColumn("Na.me", "text", null)],
    }
    const { run, backfill, verify } = await beginFilling(database, syncOf(relation, [group], ["r"]))
    expect(await runBackfill(run, backfill, attemptOf(), new Witness())).toMatchObject({ rows: 3_000 })
    expect(await runVerify(run, verify, attemptOf(), new Witness())).toMatchObject({ rows: 3_000 })
  })
})

describe("application triggers", () => {
  const audited = `${people}
    CREATE TABLE audit (id integer);
    CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO public.audit VALUES (NEW.id); RETURN NEW; END';
    CREATE TRIGGER note AFTER UPDATE ON users FOR EACH ROW EXECUTE FUNCTION note();`

  test("don't take the backfill for a change of the application's", async () => {
    await database.query(audited)
    const { run, backfill } = await beginFilling(database, usersSync(nickGroup()))
    await runBackfill(run, backfill, attemptOf(), new Witness())
    expect(await countRows(database, "audit", "true")).toBe(0)
  })

  test("fire where a foreign key over a filled column must be kept", async () => {
    await database.query(`${audited}
      CREATE TABLE nicks (nick text PRIMARY KEY)`)
    const { run, backfill, verify } = await beginFilling(database, usersSync(nickGroup()))
    await database.query("ALTER TABLE users ADD FOREIGN KEY (nick) REFERENCES nicks NOT VALID")
    const witness = new Witness()
    await expect(runBackfill(run, backfill, attemptOf(), witness)).rejects.toMatchObject({ kind: "RefusedError" })
    expect(witness.keysSeen.length).toBeGreaterThan(0)
    expect(await countRows(database, "users", "nick IS NOT NULL")).toBe(0)
    await database.query("INSERT INTO nicks SELECT lower(name) FROM users")
    expect(await runBackfill(run, backfill, attemptOf(), witness)).toMatchObject({ rows: 50_000 })
    expect(await countRows(database, "audit", "true")).toBe(50_000)
    await runVerify(run, verify, attemptOf(), witness)
  })
})

test("a row that the new shape can't hold is told by key", async () => {
  await database.query(`CREATE TABLE users (id integer PRIMARY KEY, name text NOT NULL);
    INSERT INTO users SELECT n, CASE n WHEN 7777 THEN 'x' ELSE n::text END FROM generate_series(1, 10000) AS n`)
  const group = {
    old: [],
    new: [syncColumn("number", "integer", "name::pg_catalog.int4", { added: true })],
    sources: [syncColumn("name", "text", null, { notNull: true })],
  }
  const { run, backfill } = await beginFilling(database, usersSync(group))
  const witness = new Witness()
  await expect(runBackfill(run, backfill, attemptOf(), witness)).rejects.toMatchObject({ code: "DATA_REJECTED" })
  expect(witness.keysSeen).toEqual([
    { code: "DATA_REJECTED", relation: { schema: "public", name: "users" }, keys: ["7777"] },
  ])
})

describe("what others hold", () => {
  test("is left for later passes: nobody waits for us, and we for nobody, until no row is left", async () => {
    await database.query(people)
    const { run, backfill, verify } = await beginFilling(database, usersSync(nickGroup()))
    const witness = new Witness()
    await asSession(database.url, async (holder) => {
      let filled: Promise<unknown> | undefined
      await holder.transaction(async () => {
        await holder.query("SELECT FROM public.users WHERE id IN (5, 30000, 49999) FOR UPDATE")
        filled = runBackfill(run, backfill, attemptOf(), witness)
        await eventually(async () => (await countRows(database, "users", "nick IS NULL")) === 3)
        await witness.until(() => witness.blockersSeen.length > 0)
      })
      expect(await filled).toEqual({ outcome: "done", rows: 50_000 })
      expect(witness.blockersSeen[0]?.[0]).toMatchObject({
        pid: holder.pid,
        application: "test",
        relation: "public.users",
        transactionMs: expect.any(Number),
      })
    })
    expect(await runVerify(run, verify, attemptOf(), witness)).toMatchObject({ rows: 50_000 })
  })

  test("for ever uses the budget up, and is named", async () => {
    await database.query(people)
    const limits = { lockTimeoutMs: 50, lockBudgetMs: 1_500 }
    const { run, backfill } = await beginFilling(database, usersSync(nickGroup()), limits)
    await asSession(database.url, (holder) =>
      holder.transaction(async () => {
        await holder.query("SELECT FROM public.users WHERE id = 5 FOR UPDATE")
        const failed = runBackfill(run, backfill, attemptOf(), new Witness())
        await expect(failed).rejects.toMatchObject({
          code: "LOCK_BUDGET",
          message: expect.stringMatching(
            new RegExp(
              `in the way: pid ${holder.pid} \\(user postgres, application test, idle in transaction, for .* s\\)`,
            ),
          ),
        })
      }),
    )
    expect(await countRows(database, "users", "nick IS NULL")).toBe(1)
    expect(await runBackfill(run, backfill, attemptOf({ number: 2 }), new Witness())).toEqual({
      outcome: "done",
      rows: 50_000,
    })
  })

  test("in any order ends in no deadlock, neither ours nor the application's", async () => {
    await database.query(people)
    // Longer than the server takes to see a deadlock, so that no time limit of ours comes before it.
    const limits = { batchDurationMs: 20, lockTimeoutMs: 10_000 }
    const { run, backfill } = await beginFilling(database, usersSync(nickGroup()), limits)
    const over = new AbortController()
    const writers = [1, 2, 3, 4].map((seed) =>
      asSession(database.url, async (session) => {
        for (let turn = seed; !over.signal.aborted; turn = (turn * 7919) % 49_999) {
          // Descending, against the backfill's direction.
          const ids = [turn + 4, turn + 3, turn + 2, turn + 1].map((id) => (id % 50_000) + 1).toSorted((a, b) => b - a)
          await session.transaction(async () => {
            for (const id of ids) await session.query("UPDATE public.users SET visits = visits + 1 WHERE id = $1", [id])
          })
        }
      }),
    )
    await runBackfill(run, backfill, attemptOf(), new Witness()).finally(() => over.abort())
    await Promise.all(writers)
    await allGone()
    const [row] = await database.query("SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()")
    expect(row).toEqual({ deadlocks: 0 })
  })

  /** A session tells what it has counted at its end at the latest. */
  async function allGone(): Promise<void> {
    const others = "datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    await eventually(async () => (await countRows(database, "pg_stat_activity", others)) === 0)
  }
})

test("live writers of both shapes lose nothing, and their values are what is filled", async () => {
  await database.query(people)
  const { run, backfill, verify } = await beginFilling(database, usersSync(splitNameGroup()), { batchDurationMs: 10 })
  const over = new AbortController()
  const acknowledged = new Map<number, string>()
  const writers = [0, 1, 2].map((lane) =>
    asSession(database.url, async (session) => {
      for (let turn = 1; !over.signal.aborted; turn++) {
        const id = ((turn * 7919) % 16_000) * 3 + lane + 1
        const [first, last] = [`A${turn}`, `B${lane}`]
        if (turn % 2 === 0)
          await session.query("UPDATE public.users SET name = $2 WHERE id = $1", [id, `${first} ${last}`])
        else
          await session.query("UPDATE public.users SET first_name = $2, last_name = $3 WHERE id = $1", [
            id,
            first,
            last,
          ])
        acknowledged.set(id, `${first} ${last}`)
      }
    }),
  )
  await runBackfill(run, backfill, attemptOf(), new Witness())
  over.abort()
  await Promise.all(writers)
  const rows = await database.query<{ id: number; name: string; both: string }>(
    "SELECT id, name, first_name || ' ' || last_name AS both FROM users WHERE id = ANY ($1)",
    [[...acknowledged.keys()]],
  )
  expect(acknowledged.size).toBeGreaterThan(50)
  const lost = rows.filter(({ id, name, both }) => name !== acknowledged.get(id) || both !== name)
  expect(lost).toEqual([])
  await runVerify(run, verify, attemptOf(), new Witness())
})
