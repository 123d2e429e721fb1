import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import type { SyncGroup } from "../../../src/domain/backfill.ts"
import { loadParser } from "../../../src/sql/parser.ts"
import type { TestDatabase } from "../../harness/database.ts"
import { databaseWithSync, splitNameGroup, syncColumn, usersSync } from "./split-name.ts"

/** cents <-> euros, beside the name in two parts. */
function priceGroup(): SyncGroup {
  return {
    old: [syncColumn("cents", "integer", "(euros * 100)::int", { notNull: true })],
    new: [syncColumn("euros", "numeric", "cents / 100.0", { added: true })],
    sources: [],
  }
}

let database: TestDatabase
beforeAll(async () => {
  await loadParser()
  database = await databaseWithSync(
    "CREATE TABLE users (id integer PRIMARY KEY, name text NOT NULL, cents integer NOT NULL, visits integer DEFAULT 0)",
    usersSync(splitNameGroup(), priceGroup()),
  )
})
afterAll(() => database.drop())
beforeEach(() => database.query("TRUNCATE users"))

async function row(): Promise<unknown[]> {
  const rows = await database.query<object>("SELECT name, first_name, last_name, cents, trim_scale(euros) FROM users")
  return rows.flatMap((found) => Object.values(found))
}

// No expression gives these parts back: computed anew, 'anna' would be the first name.
const lossy = "INSERT INTO users (id, first_name, last_name, cents) VALUES (1, 'anna maria', 'lee', 100)"

describe("a statement that touches one of two groups recomputes nothing of the other", () => {
  beforeEach(() => database.query(lossy))

  test.each([
    ["the old shape of the other", "cents = 200", ["anna maria lee", "anna maria", "lee", 200, "2"]],
    ["the new shape of the other", "euros = 3.5", ["anna maria lee", "anna maria", "lee", 350, "3.5"]],
    ["what neither reads", "visits = 1", ["anna maria lee", "anna maria", "lee", 100, "1"]],
  ])("%s", async (_, change, expected) => {
    await database.query(`UPDATE users SET ${change}`)
    expect(await row()).toEqual(expected)
  })

  test("in either order: the group that stands first in the function leaves the second alone too", async () => {
    // 1.005 euros are 101 cents, and 101 cents 1.01 euros.
    await database.query("UPDATE users SET euros = 1.005")
    await database.query("UPDATE users SET name = 'Ada Lovelace'")
    expect(await row()).toEqual(["Ada Lovelace", "Ada", "Lovelace", 101, "1.005"])
    await database.query("UPDATE users SET last_name = 'Byron'")
    expect(await row()).toEqual(["Ada Byron", "Ada", "Byron", 101, "1.005"])
  })
})

describe("each group is judged by its own columns in one statement", () => {
  test.each([
    [
      "the old shape of one, the new one of the other, inserted",
      "INSERT INTO users (id, name, euros) VALUES (1, 'Q   Z', 1.005)",
      ["Q   Z", "Q", "Z", 101, "1.005"],
    ],
    [
      "and the other way round",
      "INSERT INTO users (id, first_name, last_name, cents) VALUES (1, 'anna maria', 'lee', 5)",
      ["anna maria lee", "anna maria", "lee", 5, "0.05"],
    ],
    [
      "the old shape of one, the new one of the other, updated",
      `${lossy}; UPDATE users SET name = 'Q   Z', euros = 1.005`,
      ["Q   Z", "Q", "Z", 101, "1.005"],
    ],
    [
      "and the other way round, updated",
      `${lossy}; UPDATE users SET first_name = 'eva maria', cents = 7`,
      ["eva maria lee", "eva maria", "lee", 7, "0.07"],
    ],
  ])("%s", async (_, statements, expected) => {
    await database.query(statements)
    expect(await row()).toEqual(expected)
  })
})
