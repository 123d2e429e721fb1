import { setTimeout as delay } from "node:timers/promises"
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest"
import type { Sync } from "../../src/domain/backfill.ts"
import type { Limits } from "../../src/config/config.ts"
import { runBackfill } from "../../src/execution/backfill.ts"
import { runVerify } from "../../src/execution/verify.ts"
import { sqlstateOf } from "../../src/postgres/map-error.ts"
import { syncOf } from "../../src/planner/merge-syncs.ts"
import { loadParser } from "../../src/sql/parser.ts"
import { createDatabase, type TestDatabase } from "../harness/database.ts"
import { nickGroup, splitNameGroup, usersSync } from "../operations/sync/split-name.ts"
import { beginFilling, countRows } from "./filling.ts"
import { asSession, attemptOf, Witness } from "./setting.ts"

let database: TestDatabase
beforeAll(loadParser)
beforeEach(async () => {
  database = await createDatabase()
})
afterEach(() => database.drop())

interface Filled {
  readonly key: readonly string[]
  readonly filled: number
  readonly compared: number
}

/** Fills and compares; `meanwhile` is done again and again until the backfill has ended. */
async function fill(
  sync: Sync,
  limits: Partial<Limits> = {},
  meanwhile: ((turn: number) => Promise<unknown>) | null = null,
): Promise<Filled> {
  const { run, backfill, verify } = await beginFilling(database, sync, limits)
  const over = new AbortController()
  const others = meanwhile && again(meanwhile, over.signal)
  const { rows } = await runBackfill(run, backfill, attemptOf(), new Witness()).finally(() => over.abort())
  await others
  const { rows: compared } = await runVerify(run, verify, attemptOf(), new Witness())
  return { key: backfill.backfill.key, filled: rows, compared }
}

async function again(work: (turn: number) => Promise<unknown>, signal: AbortSignal): Promise<void> {
  for (let turn = 0; !signal.aborted; turn++) await work(turn)
}

const slowly = { batchDurationMs: 20, parallelRanges: 1 }

describe("a table is filled to its last row", () => {
  test("with keys that lie 10^12 apart", async () => {
    await database.query(`
      CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL);
      INSERT INTO users SELECT n * 1000000000000, 'N ' || n FROM generate_series(-3000, 6000) AS n`)
    expect(await fill(usersSync(nickGroup()), { parallelRanges: 3 })).toMatchObject({ filled: 9_001, compared: 9_001 })
  })

  test("with a key that is GENERATED ALWAYS, beside a generated column", async () => {
    await database.query(`
      CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY (INCREMENT 7) PRIMARY KEY, name text NOT NULL,
                          length integer GENERATED ALWAYS AS (length(name)) STORED);
      INSERT INTO users (name) SELECT 'N ' || n FROM generate_series(1, 5000) AS n`)
    expect(await fill(usersSync(nickGroup()))).toMatchObject({ key: ["id"], filled: 5_000, compared: 5_000 })
  })

  test("of 300 columns", async () => {
    const columns = Array.from({ length: 298 }, (_, n) => `c${n} integer DEFAULT ${n}`).join(", ")
    await database.query(`
      CREATE TABLE users (id integer PRIMARY KEY, name text NOT NULL, ${columns});
      INSERT INTO users (id, name) SELECT n, 'First' || n || ' Last' FROM generate_series(1, 3000) AS n`)
    expect(await fill(usersSync(splitNameGroup()))).toMatchObject({ filled: 3_000, compared: 3_000 })
    expect(await countRows(database, "users", "c297 IS DISTINCT FROM 297")).toBe(0)
  })

  test("without a key, where rows are alike", async () => {
    await database.query(`
      CREATE TABLE users (name text NOT NULL);
      INSERT INTO users SELECT 'N ' || n % 3 FROM generate_series(1, 5000) AS n`)
    expect(await fill(usersSync(nickGroup()))).toMatchObject({ key: [], filled: 5_000, compared: 5_000 })
  })

  test("by a unique key of several columns where its primary key is deferrable", async () => {
    await database.query(`
      CREATE TABLE users (id integer PRIMARY KEY DEFERRABLE, name text NOT NULL, born date NOT NULL, tenant integer NOT NULL,
                          UNIQUE (tenant, born));
      INSERT INTO users SELECT n, 'N ' || n, date '1900-01-01' + n / 5, n % 5 FROM generate_series(1, 5000) AS n`)
    expect(await fill(usersSync(nickGroup()))).toMatchObject({
      key: ["tenant", "born"],
      filled: 5_000,
      compared: 5_000,
    })
  })

  test("that has no partition yet", async () => {
    await database.query("CREATE TABLE users (id integer PRIMARY KEY, name text NOT NULL) PARTITION BY RANGE (id)")
    expect(await fill(usersSync(nickGroup()))).toMatchObject({ filled: 0, compared: 0 })
  })

  test.each([
    ["by its key", "PRIMARY KEY (region, id, shelf)", ["region", "id", "shelf"]],
    ["without a key", "CHECK (id > 0)", []],
  ])("partitioned on two levels, while rows move between partitions, %s", async (_, constraint, key) => {
    await database.query(`
      CREATE TABLE users (id integer NOT NULL, region text NOT NULL, shelf integer NOT NULL, name text NOT NULL,
                          ${constraint}) PARTITION BY LIST (region);
      CREATE TABLE users_eu PARTITION OF users FOR VALUES IN ('eu') PARTITION BY RANGE (shelf);
      CREATE TABLE users_eu_low PARTITION OF users_eu FOR VALUES FROM (0) TO (50);
      CREATE TABLE users_eu_high PARTITION OF users_eu FOR VALUES FROM (50) TO (100);
      CREATE TABLE users_us PARTITION OF users FOR VALUES IN ('us');
      CREATE TABLE users_else PARTITION OF users DEFAULT;
      INSERT INTO users SELECT n, (ARRAY['eu', 'us', 'as'])[n % 3 + 1], n % 100, 'N ' || n FROM generate_series(1, 20000) AS n;
      CREATE INDEX ON users (id)`)
    let moved = 0
    const move = async (turn: number): Promise<void> => {
      const id = ((turn * 7919) % 20_000) + 1
      const rows = await asSession(database.url, (session) =>
        session.query(
          `UPDATE public.users SET region = (ARRAY['eu', 'us', 'as'])[$2 % 3 + 1], shelf = 99 - shelf
            WHERE id BETWEEN $1 AND $1 + 10 RETURNING 1`,
          [id, turn],
        ),
      )
      moved += rows.length
    }
    const result = await fill(usersSync(nickGroup()), slowly, move)
    expect(result).toMatchObject({ key, compared: 20_000 })
    expect(moved).toBeGreaterThan(0)
    expect(await countRows(database, "users", "nick IS DISTINCT FROM lower(name)")).toBe(0)
  })
})

test("writers that keep one snapshot fail with 40001 only, try again until they succeed, and lose nothing", async () => {
  await database.query(`
    CREATE TABLE users (id integer PRIMARY KEY, name text NOT NULL);
    INSERT INTO users SELECT n, 'First' || n || ' Last' || n FROM generate_series(1, 20000) AS n`)
  const acknowledged = new Map<number, string>()
  const failures: string[] = []
  const write = (turn: number): Promise<void> =>
    asSession(database.url, async (session) => {
      // As most applications work: what waits for a batch waits for it to end.
      await session.query("SET lock_timeout = 0")
      const name = `Written ${turn}`
      const isolation = turn % 2 === 0 ? "repeatable read" : "serializable"
      // Where the backfill comes next: it overtakes the snapshot.
      const front = "SELECT coalesce(min(id), $1) AS id FROM public.users WHERE first_name IS NULL"
      const [first] = await session.query<{ id: number }>(front, [((turn * 7919) % 20_000) + 1])
      const change = "UPDATE public.users SET name = $2 WHERE id BETWEEN $1 AND $1 + 50 RETURNING id"
      for (;;) {
        try {
          const rows = await session.transaction(
            async () => {
              await session.query("SELECT FROM public.users WHERE id = 1")
              await delay(turn % 3 === 0 ? 0 : 30)
              return session.query<{ id: number }>(change, [first?.id, name])
            },
            { isolation },
          )
          for (const { id } of rows) acknowledged.set(id, name)
          return
        } catch (error) {
          failures.push(sqlstateOf(error) ?? String(error))
          if (failures.at(-1) !== "40001") return
        }
      }
    })
  const result = await fill(usersSync(splitNameGroup()), { ...slowly, restRatio: 3 }, write)
  expect(result).toMatchObject({ compared: 20_000 })
  expect(failures.filter((sqlstate) => sqlstate !== "40001")).toEqual([])
  // They did meet: else nobody had to try again.
  expect(failures.length).toBeGreaterThan(0)
  expect(acknowledged.size).toBeGreaterThan(0)
  const rows = await database.query<{ id: number; name: string; both: string }>(
    "SELECT id, name, first_name || ' ' || last_name AS both FROM users WHERE id = ANY ($1)",
    [[...acknowledged.keys()]],
  )
  expect(rows.length).toBe(acknowledged.size)
  expect(rows.filter(({ id, name, both }) => name !== acknowledged.get(id) || both !== name)).toEqual([])
})

test("two tables of one run are filled one after the other, each with its own cursors and progress", async () => {
  await database.query(`
    CREATE TABLE users (id integer PRIMARY KEY, name text NOT NULL);
    CREATE TABLE people (id integer PRIMARY KEY, name text NOT NULL);
    INSERT INTO users SELECT n, 'N ' || n FROM generate_series(1, 3000) AS n;
    INSERT INTO people SELECT n, 'P ' || n FROM generate_series(1, 2000) AS n`)
  const first = await beginFilling(database, usersSync(nickGroup()))
  const second = await beginFilling(database, syncOf({ schema: "public", name: "people" }, [nickGroup()], ["r"]))
  const backfill = { ...second.backfill, id: "backfill/people" }
  const witness = new Witness()
  expect(await runBackfill(first.run, first.backfill, attemptOf(), witness)).toMatchObject({ rows: 3_000 })
  expect(witness.progressSeen.at(-1)).toMatchObject({ table: "public.users", rowsDone: 3_000, rowsTotal: 3_000 })
  expect(await runBackfill(first.run, backfill, attemptOf(), witness)).toMatchObject({ rows: 2_000 })
  expect(witness.progressSeen.at(-1)).toMatchObject({ table: "public.people", rowsDone: 2_000, rowsTotal: 2_000 })
})
