import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import type { Sync } from "../../../src/domain/backfill.ts"
import { loadParser } from "../../../src/sql/parser.ts"
import type { TestDatabase } from "../../harness/database.ts"
import { databaseWithSync, syncColumn, usersSync } from "./split-name.ts"

const given = "CREATE TABLE users (id integer PRIMARY KEY, name text NOT NULL, email text, visits integer DEFAULT 0);"

let database: TestDatabase
let sync: Sync

beforeAll(async () => {
  await loadParser()
  const [name, email] = [syncColumn("name", "text", null), syncColumn("email", "text", null)]
  sync = usersSync(
    { old: [], new: [syncColumn("nick", "text", "lower(name)", { added: true })], sources: [name] },
    {
      old: [],
      new: [syncColumn("label", "text", "name || coalesce(email, '?')", { added: true })],
      sources: [name, email],
    },
  )
  database = await databaseWithSync(given, sync)
})
afterAll(() => database.drop())
beforeEach(() => database.query("TRUNCATE users"))

async function row(): Promise<unknown[]> {
  const rows = await database.query<object>(`SELECT nick, label, "${sync.marker}" FROM users`)
  return rows.flatMap((found) => Object.values(found))
}

describe("a column that only the new shape has, and nothing computes back", () => {
  test.each([
    ["is computed where the INSERT doesn't name it", "(id, name) VALUES (1, 'Ada')", ["ada", "Ada?", true]],
    [
      "stays as an INSERT sets it; the others are computed",
      "(id, name, nick) VALUES (1, 'Ada', 'A.')",
      ["A.", "Ada?", false],
    ],
    ["stays, all of them", "(id, name, nick, label) VALUES (1, 'Ada', 'A.', 'L')", ["A.", "L", false]],
  ])("%s", async (_, statement, expected) => {
    await database.query(`INSERT INTO users ${statement}`)
    expect(await row()).toEqual(expected)
  })

  test.each([
    ["follows what it is computed from", "name = 'Bob'", ["bob", "Bob?", true]],
    ["is left alone by an unrelated change", "visits = 5", ["ada", "Ada?", true]],
    ["is left alone where only another's source changes", "email = '!'", ["ada", "Ada!", true]],
    ["stays as an UPDATE sets it", "nick = 'A.'", ["A.", "Ada?", false]],
    ["stays where its source changes in the same statement", "nick = 'A.', name = 'Bob'", ["A.", "Bob?", false]],
    ["may be set to NULL", "nick = NULL", [null, "Ada?", false]],
  ])("%s", async (_, change, expected) => {
    await database.query("INSERT INTO users (id, name) VALUES (1, 'Ada')")
    await database.query(`UPDATE users SET ${change}`)
    expect(await row()).toEqual(expected)
  })

  test("is remembered to be the application's own, though an old application writes later", async () => {
    await database.query("INSERT INTO users (id, name, nick) VALUES (1, 'Ada', 'A.')")
    await database.query("UPDATE users SET name = 'Bob'")
    expect(await row()).toEqual(["bob", "Bob?", false])
  })
})

describe("a row from before", () => {
  beforeEach(() =>
    database.query(`ALTER TABLE users DISABLE TRIGGER USER; INSERT INTO users (id, name) VALUES (1, 'Ada');
      ALTER TABLE users ENABLE ALWAYS TRIGGER "${sync.insertTrigger}"; ALTER TABLE users ENABLE ALWAYS TRIGGER "${sync.updateTrigger}"`),
  )

  test.each([
    ["is filled by an unrelated change", "visits = 5", ["ada", "Ada?", true]],
    ["is filled by a change that changes nothing", "id = id", ["ada", "Ada?", true]],
    ["keeps what an application sets, and gets the rest", "nick = 'A.'", ["A.", "Ada?", false]],
  ])("%s", async (_, change, expected) => {
    expect(await row()).toEqual([null, null, null])
    await database.query(`UPDATE users SET ${change}`)
    expect(await row()).toEqual(expected)
  })
})
