import { afterEach, beforeAll, describe, expect, test } from "vitest"
import type { SyncGroup } from "../../../src/domain/backfill.ts"
import { backfillBatchSql } from "../../../src/operations/sync/backfill-sql.ts"
import { loadParser } from "../../../src/sql/parser.ts"
import type { TestDatabase } from "../../harness/database.ts"
import { databaseWithSync, nickGroup, splitNameGroup, syncColumn, tableModel, usersSync } from "./split-name.ts"

/** Two rows from before: of one of them nothing is known. */
const users = `CREATE TABLE users (id int PRIMARY KEY, name text, visits int DEFAULT 0);
  INSERT INTO users VALUES (1, 'Ada Lovelace'), (2, NULL);`

/** name <-> first_name, last_name, where a name may be missing. */
const optionalName = (): SyncGroup => ({
  ...splitNameGroup(),
  old: [syncColumn("name", "text", "first_name || ' ' || last_name")],
})

let database: TestDatabase | undefined
beforeAll(loadParser)
afterEach(async () => {
  await database?.drop()
  database = undefined
})

async function begin(group: SyncGroup): Promise<void> {
  database = await databaseWithSync(users, usersSync(group))
}

/** As many times as it likes: what is filled stays as it is. */
async function backfill(group: SyncGroup): Promise<void> {
  await query(backfillBatchSql(usersSync(group), tableModel("users", [["id", "integer"]])), [null, null])
}

async function query(text: string, more?: unknown[]): Promise<unknown[][]> {
  return ((await database?.query<object>(text, more)) ?? []).map((row) => Object.values(row) as unknown[])
}

const nicks = () => query("SELECT id, nick FROM users ORDER BY id")
const names = () => query("SELECT id, name, first_name, last_name FROM users ORDER BY id")

describe("from the switch gate on, when every row is filled, a NULL of the new shape says what it says", () => {
  test("over a value and over NULL, and nothing fills it from the old shape again", async () => {
    await begin(nickGroup())
    await backfill(nickGroup())
    await query("UPDATE users SET nick = NULL")
    expect(await nicks()).toEqual([
      [1, null],
      [2, null],
    ])
    // NULL = NULL is no change, and no reason to compute anything.
    await query("UPDATE users SET nick = NULL, visits = visits + 1")
    await backfill(nickGroup())
    expect(await nicks()).toEqual([
      [1, null],
      [2, null],
    ])
  })

  test("in a shape that is computed both ways the old one follows, to NULL and back", async () => {
    await begin(optionalName())
    await backfill(optionalName())
    await query("UPDATE users SET last_name = NULL WHERE id = 1; UPDATE users SET first_name = NULL, visits = 1")
    expect(await names()).toEqual([
      [1, null, null, null],
      [2, null, null, null],
    ])
    // With `<>` in the place of IS DISTINCT FROM, a value over NULL would go unseen.
    await query("UPDATE users SET first_name = 'Bo', last_name = 'Ek'")
    expect(await names()).toEqual([
      [1, "Bo Ek", "Bo", "Ek"],
      [2, "Bo Ek", "Bo", "Ek"],
    ])
  })
})

describe("a row that isn't filled yet holds NULL in every new column", () => {
  test("an application that writes both shapes clears both of them", async () => {
    await begin(optionalName())
    await query("UPDATE users SET name = NULL, first_name = NULL, last_name = NULL")
    await backfill(optionalName())
    expect(await names()).toEqual([
      [1, null, null, null],
      [2, null, null, null],
    ])
  })

  test("a mapper that writes back the whole row as it has read it clears nothing", async () => {
    await begin(optionalName())
    await query("UPDATE users SET name = name, first_name = first_name, last_name = last_name, visits = 5")
    expect(await names()).toEqual([
      [1, "Ada Lovelace", "Ada", "Lovelace"],
      [2, null, null, null],
    ])
  })

  // The same statement, for all that anybody can see: so one that means it has to wait until rows are filled, which is
  // what the switch gate is for (docs/applications.md).
  test("so NULL over NULL in the new shape alone is filled all the same", async () => {
    await begin(nickGroup())
    await query("UPDATE users SET nick = NULL")
    expect(await nicks()).toEqual([
      [1, "ada lovelace"],
      [2, null],
    ])
  })
})
