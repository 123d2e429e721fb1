import { setTimeout as sleep } from "node:timers/promises"
import { Client } from "pg"
import { afterEach, beforeAll, beforeEach, expect, test } from "vitest"
import { runBackfill } from "../../src/execution/backfill.ts"
import { loadParser } from "../../src/sql/parser.ts"
import { createDatabase, type TestDatabase } from "../harness/database.ts"
import { nickGroup, usersSync } from "../operations/sync/split-name.ts"
import { beginFilling, countRows, type Filling } from "./filling.ts"
import { attemptOf, Witness } from "./setting.ts"

const rows = 3_000
let database: TestDatabase
let filling: Filling
let client: Client
beforeAll(loadParser)
beforeEach(async () => {
  database = await createDatabase({
    schema: `CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL, visits int NOT NULL DEFAULT 0);
      INSERT INTO users SELECT n, 'N ' || n FROM generate_series(1, ${rows}) AS n`,
  })
  // Slow enough for an application to be in the middle of something.
  filling = await beginFilling(database, usersSync(nickGroup()), { batchDurationMs: 5, restRatio: 4 })
  client = new Client({ connectionString: database.url.reveal() })
  await client.connect()
})
afterEach(async () => {
  await client.end()
  await database.drop()
})

const fill = () => runBackfill(filling.run, filling.backfill, attemptOf(), new Witness())

async function tokenOf(id: number): Promise<string> {
  const { rows: found } = await client.query<{ token: string }>("SELECT xmin::text AS token FROM users WHERE id = $1", [
    id,
  ])
  return found[0]?.token ?? ""
}

/** As a mapper does it: only where the row is still the one that was read. */
async function visit(id: number, token: string): Promise<boolean> {
  const text = "UPDATE users SET visits = visits + 1 WHERE id = $1 AND xmin = $2::xid"
  return (await client.query(text, [id, token])).rowCount === 1
}

test("who takes xmin for a row's version is told once that somebody was there, and gets through when it tries again", async () => {
  const before = await tokenOf(1)
  await fill()
  expect(await visit(1, before)).toBe(false)
  expect(await visit(1, await tokenOf(1))).toBe(true)
  // The walk is over and done: nothing of it touches a row twice.
  const after = await tokenOf(1)
  await fill()
  expect(await visit(1, after)).toBe(true)
})

test("forms that were open while rows are being filled are refused once each at most, and no visit is lost", async () => {
  const { rows: forms } = await client.query<{ id: number; token: string }>(
    "SELECT id, xmin::text AS token FROM users WHERE id % 10 = 0 ORDER BY id",
  )
  const refused: number[] = []
  const filled = fill()
  for (const { id, token } of forms) {
    await sleep(2)
    if (await visit(id, token)) continue
    refused.push(id)
    if (!(await visit(id, await tokenOf(id)))) refused.push(id)
  }
  await filled
  // Some were before the backfill: it finds their rows filled, and leaves them alone.
  expect(refused.length).toBeGreaterThan(0)
  expect(refused.length).toBeLessThan(forms.length)
  expect(refused).toEqual([...new Set(refused)])
  expect(await countRows(database, "users", "visits = 1")).toBe(forms.length)
  expect(await countRows(database, "users", "nick IS NULL")).toBe(0)
})
