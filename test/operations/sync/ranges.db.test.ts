import { afterEach, beforeAll, describe, expect, test } from "vitest"
import { Client } from "pg"
import type { Sync } from "../../../src/domain/backfill.ts"
import type { Table } from "../../../src/catalog/model.ts"
import { backfillBatchSql, backfillOf, verifyRangeSql } from "../../../src/operations/sync/backfill-sql.ts"
import { loadParser } from "../../../src/sql/parser.ts"
import type { TestDatabase } from "../../harness/database.ts"
import { Holder } from "../../harness/holder.ts"
import { eventually } from "../../execution/setting.ts"
import { databaseWithSync, nickGroup, splitNameGroup, tableModel, usersSync } from "./split-name.ts"

let database: TestDatabase
beforeAll(loadParser)
afterEach(() => database.drop())

type Place = readonly string[] | null

/** Walks through every range in batches, as the executor does, and answers how many rows were filled in each. */
async function fillAll(
  sync: Sync,
  table: Table,
  parts: number,
  rows: number,
): Promise<{ filled: number; batches: number }> {
  const backfill = backfillOf(sync, table)
  const batch = `WITH batch AS (${backfillBatchSql(sync, table)} RETURNING 1) SELECT count(*)::int AS filled FROM batch`
  const bounds = (await database.query<{ key: string[] }>(backfill.split, [parts])).map(({ key }) => key)
  expect(bounds.length).toBeLessThan(parts)
  const edges: readonly Place[] = [null, ...bounds, null]
  let [filled, batches] = [0, 0]
  for (const [index, last] of edges.slice(1).entries()) {
    let first = edges[index] ?? null
    for (;;) {
      const [end] = await database.query<{ key: string[]; rows: number }>(backfill.batchEnd, [first, last, rows])
      if (!end) break
      const [answer] = await database.query<{ filled: number }>(batch, [first, end.key])
      filled += answer?.filled ?? 0
      batches++
      first = end.key
    }
  }
  return { filled, batches }
}

async function verify(sync: Sync, table: Table, first: Place = null, last: Place = null): Promise<unknown> {
  const [answer] = await database.query(verifyRangeSql(sync, table), [first, last, 10])
  return answer
}

async function unfilled(sync: Sync, table: Table): Promise<boolean | undefined> {
  const [row] = await database.query<{ unfilled: boolean }>(backfillOf(sync, table).unfilled, [null, null])
  return row?.unfilled
}

const rows = "SELECT n, 'Name ' || n FROM generate_series(1, 1000) AS n"

describe("every row is filled exactly once, whatever the key", () => {
  test.each<[string, string, readonly (readonly [string, string])[]]>([
    [
      "one column, GENERATED ALWAYS",
      `CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL); INSERT INTO users (name) SELECT 'Name ' || n FROM generate_series(1, 1000) AS n`,
      [["id", "bigint"]],
    ],
    [
      "a text",
      `CREATE TABLE users (id text PRIMARY KEY, name text NOT NULL); INSERT INTO users SELECT 'k''"{,}' || n, 'Name ' || n FROM generate_series(1, 1000) AS n`,
      [["id", "text"]],
    ],
    [
      "two columns",
      `CREATE TABLE users (a int, b date, name text NOT NULL, PRIMARY KEY (a, b)); INSERT INTO users SELECT n / 100, date '2024-01-01' + n, 'Name ' || n FROM generate_series(1, 1000) AS n`,
      [
        ["a", "integer"],
        ["b", "date"],
      ],
    ],
    [
      "none: by place",
      `CREATE TABLE users (id int, name text NOT NULL); INSERT INTO users ${rows}; DELETE FROM users WHERE id % 10 = 0; INSERT INTO users SELECT n * 10, 'Name' FROM generate_series(1, 100) AS n`,
      [],
    ],
  ])("%s", async (_, given, key) => {
    const sync = usersSync(nickGroup())
    database = await databaseWithSync(given, sync)
    const table = tableModel("users", key)
    expect(await unfilled(sync, table)).toBe(true)
    const { filled, batches } = await fillAll(sync, table, 3, 100)
    expect(filled).toBe(1000)
    expect(batches).toBeGreaterThan(3)
    expect(await unfilled(sync, table)).toBe(false)
    expect(await verify(sync, table)).toEqual({ rows: "1000", bad: "0", keys: [] })
  })

  test.each<[string, readonly (readonly [string, string])[]]>([
    [
      "by key",
      [
        ["id", "integer"],
        ["part", "integer"],
      ],
    ],
    ["by place", []],
  ])("of a partitioned table, %s", async (_, key) => {
    const sync = usersSync(nickGroup())
    database = await databaseWithSync(
      `CREATE TABLE users (id int NOT NULL, part int NOT NULL, name text NOT NULL${key.length > 0 ? ", PRIMARY KEY (id, part)" : ""}) PARTITION BY LIST (part);
       CREATE TABLE users_0 PARTITION OF users FOR VALUES IN (0);
       CREATE TABLE users_1 PARTITION OF users FOR VALUES IN (1);
       INSERT INTO users SELECT n, n % 2, 'Name ' || n FROM generate_series(1, 1000) AS n`,
      sync,
    )
    const table = tableModel("users", key, { partitioning: "parent" })
    expect((await fillAll(sync, table, 2, 100)).filled).toBe(1000)
    expect(await verify(sync, table)).toEqual({ rows: "1000", bad: "0", keys: [] })
  })

  test("an empty table has no batch", async () => {
    const sync = usersSync(nickGroup())
    database = await databaseWithSync("CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL)", sync)
    for (const key of [[["id", "integer"]] as const, []])
      expect(await fillAll(sync, tableModel("users", key), 4, 10)).toEqual({ filled: 0, batches: 0 })
  })
})

describe("a batch among writers", () => {
  test("leaves a row that somebody holds to the next pass, without waiting", async () => {
    const sync = usersSync(nickGroup())
    database = await databaseWithSync(
      "CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL); INSERT INTO users VALUES (1, 'ADA'), (2, 'BOB')",
      sync,
    )
    const table = tableModel("users", [["id", "integer"]])
    const writer = new Client({ connectionString: database.url.reveal() })
    await writer.connect()
    await writer.query("BEGIN; UPDATE users SET name = 'EVE' WHERE id = 2")
    expect(await fillAll(sync, table, 1, 10)).toMatchObject({ filled: 1 })
    expect(await unfilled(sync, table)).toBe(true)
    await writer.query("COMMIT")
    await writer.end()
    // The writer's own trigger has filled it by now.
    expect(await fillAll(sync, table, 1, 10)).toMatchObject({ filled: 0 })
    expect(await database.query("SELECT name, nick FROM users ORDER BY id")).toEqual([
      { name: "ADA", nick: "ada" },
      { name: "EVE", nick: "eve" },
    ])
  })

  test.each([
    ["a table", "", "none"],
    ["a partitioned table", " PARTITION BY RANGE (id); CREATE TABLE part PARTITION OF users DEFAULT", "parent"],
  ] as const)("never overwrites a row of %s that one fills between its snapshot and its lock", async (_, by, kind) => {
    const sync = usersSync(nickGroup())
    database = await databaseWithSync(
      `CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL)${by}; INSERT INTO users VALUES (1, 'ADA'), (2, 'BOB')`,
      sync,
    )
    const batch = backfillBatchSql(sync, tableModel("users", [["id", "integer"]], { partitioning: kind }))
    // Has its snapshot by then, and hasn't looked at a row yet.
    const late = batch.replace("\n  ORDER BY", "\n  AND (SELECT pg_advisory_lock_shared(1) IS NOT NULL)\n  ORDER BY")
    const writer = await Holder.take(database.url, "SELECT pg_advisory_lock(1)")
    const filling = database.query(late, [null, null])
    await eventually(async () => {
      const waiting = await database.query(
        "SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
      )
      return waiting.length > 0
    })
    await database.query("UPDATE users SET nick = 'own' WHERE id = 2")
    await writer.release()
    await filling
    expect(await database.query("SELECT id, nick FROM users ORDER BY id")).toEqual([
      { id: 1, nick: "ada" },
      { id: 2, nick: "own" },
    ])
  })

  test("doesn't stand in the way of foreign key checks", async () => {
    const sync = usersSync(nickGroup())
    database = await databaseWithSync(
      "CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL); CREATE TABLE orders (user_id int REFERENCES users); INSERT INTO users VALUES (1, 'ADA')",
      sync,
    )
    const worker = new Client({ connectionString: database.url.reveal() })
    await worker.connect()
    await worker.query("BEGIN")
    await worker.query(backfillBatchSql(sync, tableModel("users", [["id", "integer"]])), [null, null])
    await database.query("SET lock_timeout = '1s'; INSERT INTO orders VALUES (1)")
    await worker.query("COMMIT")
    await worker.end()
  })
})

describe("verify finds the rows that were planted, and no others", () => {
  const given = `CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL); INSERT INTO users ${rows};`
  const table = tableModel("users", [["id", "integer"]])
  const silently = (change: string): string => `ALTER TABLE users DISABLE TRIGGER USER; ${change}`

  test("up-only: unfilled, wrong; not what an application set itself", async () => {
    const sync = usersSync(nickGroup())
    database = await databaseWithSync(given, sync)
    await fillAll(sync, table, 1, 1000)
    await database.query("UPDATE users SET nick = 'own' WHERE id = 7")
    await database.query(
      silently(
        `UPDATE users SET nick = 'wrong' WHERE id = 500; UPDATE users SET "${sync.marker}" = NULL WHERE id = 600`,
      ),
    )
    expect(await verify(sync, table)).toEqual({ rows: "1000", bad: "2", keys: ["500", "600"] })
    expect(await verify(sync, table, ["500"], ["700"])).toEqual({ rows: "200", bad: "1", keys: ["600"] })
  })

  test("both ways: neither old = down(new) nor new = up(old)", async () => {
    const sync = usersSync(splitNameGroup())
    database = await databaseWithSync(given, sync)
    await fillAll(sync, table, 2, 100)
    await database.query(
      "UPDATE users SET name = 'double  blank' WHERE id = 3; UPDATE users SET first_name = 'two words' WHERE id = 4",
    )
    expect(await verify(sync, table)).toEqual({ rows: "1000", bad: "0", keys: [] })
    await database.query(silently("UPDATE users SET last_name = 'wrong' WHERE id = 900"))
    expect(await verify(sync, table)).toEqual({ rows: "1000", bad: "1", keys: ["900"] })
  })
})

test("writers that never rest: nothing they wrote is lost, and every row ends right", async () => {
  const sync = usersSync(splitNameGroup())
  database = await databaseWithSync(
    `CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL); INSERT INTO users ${rows};`,
    sync,
  )
  const table = tableModel("users", [["id", "integer"]])
  const acknowledged = new Map<number, string>()
  const life = { writing: true }
  // Each writer has rows of its own, so that the last acknowledged value of a row is known.
  const writer = async (number: number): Promise<void> => {
    const client = new Client({ connectionString: database.url.reveal() })
    await client.connect()
    for (let turn = 0; life.writing; turn++) {
      const id = ((turn * 7) % 333) * 3 + number + 1
      const [first, last] = [`W${number}`, `turn  ${turn}`]
      if (turn % 2 === 0) await client.query("UPDATE users SET name = $2 WHERE id = $1", [id, `${first} ${last}`])
      else await client.query("UPDATE users SET first_name = $2, last_name = $3 WHERE id = $1", [id, first, last])
      acknowledged.set(id, `${first} ${last}`)
    }
    await client.end()
  }
  const writers = [0, 1, 2].map(writer)
  while (await unfilled(sync, table)) await fillAll(sync, table, 3, 20)
  life.writing = false
  await Promise.all(writers)
  expect(await verify(sync, table)).toMatchObject({ rows: "1000", bad: "0" })
  expect(acknowledged.size).toBeGreaterThan(0)
  const held = await database.query<{ id: number; name: string }>("SELECT id, name FROM users WHERE id = ANY ($1)", [
    [...acknowledged.keys()],
  ])
  expect(held.filter(({ id, name }) => acknowledged.get(id) !== name)).toEqual([])
})
