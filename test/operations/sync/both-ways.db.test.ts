import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import type { Sync } from "../../../src/domain/backfill.ts"
import { loadParser } from "../../../src/sql/parser.ts"
import type { TestDatabase } from "../../harness/database.ts"
import { databaseWithSync, splitNameGroup, usersSync } from "./split-name.ts"

const given = `
CREATE TABLE users (id integer PRIMARY KEY, name text NOT NULL, visits integer DEFAULT 0);
INSERT INTO users VALUES (1, 'Ada Lovelace'), (2, 'Grace  B  Hopper');`

let database: TestDatabase
let sync: Sync

beforeAll(async () => {
  await loadParser()
  sync = usersSync(splitNameGroup())
  database = await databaseWithSync(given, sync)
})
afterAll(() => database.drop())
beforeEach(() => database.query("TRUNCATE users"))

const row = async (id: number): Promise<unknown[]> => {
  const rows = await database.query<object>(
    `SELECT name, first_name, last_name, "${sync.marker}" FROM users WHERE id = $1`,
    [id],
  )
  return rows.flatMap((found) => Object.values(found))
}

/** A row from before the dual write: nothing filled. */
async function unfilled(id: number, name: string): Promise<void> {
  await database.query(`ALTER TABLE users DISABLE TRIGGER USER; INSERT INTO users (id, name) VALUES (${id}, '${name}');
    ALTER TABLE users ENABLE ALWAYS TRIGGER "${sync.insertTrigger}"; ALTER TABLE users ENABLE ALWAYS TRIGGER "${sync.updateTrigger}"`)
}

describe("an INSERT is judged by which shape it names", () => {
  test.each([
    ["the old one", "(id, name) VALUES (10, 'Ada Lovelace')", ["Ada Lovelace", "Ada", "Lovelace", true]],
    ["the old one, with double blanks kept", "(id, name) VALUES (10, 'Q   Z')", ["Q   Z", "Q", "Z", true]],
    [
      "the new one, without the old NOT NULL column",
      "(id, first_name, last_name) VALUES (10, 'Ada', 'L')",
      ["Ada L", "Ada", "L", true],
    ],
    [
      "both, which agree by up",
      "(id, name, first_name, last_name) VALUES (10, 'Q   Z', 'Q', 'Z')",
      ["Q   Z", "Q", "Z", true],
    ],
    [
      "both, which agree by down",
      "(id, name, first_name, last_name) VALUES (10, 'anna maria lee', 'anna maria', 'lee')",
      ["anna maria lee", "anna maria", "lee", true],
    ],
    [
      "both, which don't agree: the new one wins",
      "(id, name, first_name, last_name) VALUES (10, 'x', 'Ada', 'L')",
      ["Ada L", "Ada", "L", true],
    ],
  ])("%s", async (_, statement, expected) => {
    await database.query(`INSERT INTO users ${statement}`)
    expect(await row(10)).toEqual(expected)
  })

  test("neither: NOT NULL of the old shape still bites", async () => {
    await expect(database.query("INSERT INTO users (id) VALUES (10)")).rejects.toMatchObject({ code: "23502" })
    await expect(database.query("INSERT INTO users (id, name) VALUES (10, NULL)")).rejects.toMatchObject({
      code: "23502",
    })
  })

  test("by COPY, ON CONFLICT and MERGE", async () => {
    await database.query("INSERT INTO users (id, name) VALUES (10, 'Ada Lovelace')")
    const conflict =
      "INSERT INTO users (id, name) VALUES (10, 'Grace Hopper') ON CONFLICT (id) DO UPDATE SET name = excluded.name"
    await database.query(conflict)
    expect(await row(10)).toEqual(["Grace Hopper", "Grace", "Hopper", true])
    await database.query(
      `INSERT INTO users (id, first_name, last_name) VALUES (10, 'A', 'B')
       ON CONFLICT (id) DO UPDATE SET first_name = excluded.first_name, last_name = excluded.last_name`,
    )
    expect(await row(10)).toEqual(["A B", "A", "B", true])
    await database.query(
      `MERGE INTO users USING (VALUES (10, 'C D'), (11, 'E F')) AS v (id, name) ON users.id = v.id
       WHEN MATCHED THEN UPDATE SET name = v.name WHEN NOT MATCHED THEN INSERT (id, name) VALUES (v.id, v.name)`,
    )
    expect(await row(10)).toEqual(["C D", "C", "D", true])
    expect(await row(11)).toEqual(["E F", "E", "F", true])
    await database.query(`COPY users (id, name) FROM PROGRAM 'echo "12,G  H"' (FORMAT csv)`)
    await database.query(`COPY users (id, first_name, last_name) FROM PROGRAM 'echo "13,I,J"' (FORMAT csv)`)
    expect(await row(12)).toEqual(["G  H", "G", "H", true])
    expect(await row(13)).toEqual(["I J", "I", "J", true])
  })
})

describe("an UPDATE of a filled row is judged by what it changes", () => {
  beforeEach(() => database.query("INSERT INTO users (id, name) VALUES (10, 'Grace  B  Hopper')"))

  test.each([
    ["the old shape", "name = 'Ada Lovelace'", ["Ada Lovelace", "Ada", "Lovelace", true]],
    ["one of the new columns", "last_name = 'Hopper'", ["Grace Hopper", "Grace", "Hopper", true]],
    ["both, agreeing", "name = 'A  B', first_name = 'A', last_name = 'B'", ["A  B", "A", "B", true]],
    ["both, not agreeing: the new one wins", "name = 'x', first_name = 'A', last_name = 'B'", ["A B", "A", "B", true]],
    ["neither: nothing is recomputed", "visits = 1", ["Grace  B  Hopper", "Grace", "B  Hopper", true]],
    [
      "everything to what it was",
      "name = name, first_name = first_name",
      ["Grace  B  Hopper", "Grace", "B  Hopper", true],
    ],
  ])("%s", async (_, change, expected) => {
    await database.query(`UPDATE users SET ${change} WHERE id = 10`)
    expect(await row(10)).toEqual(expected)
  })
})

describe("a row that isn't filled is filled by any touch", () => {
  beforeEach(() => unfilled(10, "Grace  Hopper"))

  test.each([
    ["an unrelated UPDATE", "visits = 1", ["Grace  Hopper", "Grace", "Hopper", true]],
    ["the old shape", "name = 'Ada Lovelace'", ["Ada Lovelace", "Ada", "Lovelace", true]],
    // Without the first fill, the name would have become 'Zed'.
    [
      "one of two new columns: the other comes from the old shape",
      "first_name = 'Zed'",
      ["Zed Hopper", "Zed", "Hopper", true],
    ],
    ["both", "name = 'A  B', first_name = 'A', last_name = 'B'", ["A  B", "A", "B", true]],
  ])("%s", async (_, change, expected) => {
    expect(await row(10)).toEqual(["Grace  Hopper", null, null, null])
    await database.query(`UPDATE users SET ${change} WHERE id = 10`)
    expect(await row(10)).toEqual(expected)
  })

  // Whether the backfill has been there, no application can know.
  test.each([
    ["the old shape and a part of the new one", "name = 'A B', first_name = 'A'", ["A Hopper", "A", "Hopper"]],
    ["the old shape, and of the new one what the row has", "name = 'A B', first_name = 'Grace'", ["A B", "A", "B"]],
    [
      "both shapes as the row has them: it keeps its blanks",
      "name = name, first_name = 'Grace', last_name = 'Hopper'",
      ["Grace  Hopper", "Grace", "Hopper"],
    ],
    [
      "a part of the new shape as the row has it",
      "visits = 1, first_name = 'Grace'",
      ["Grace  Hopper", "Grace", "Hopper"],
    ],
    ["both shapes, not agreeing", "name = 'x y', first_name = 'A', last_name = 'B'", ["A B", "A", "B"]],
  ])("and then written as one that was filled: %s", async (_, change, expected) => {
    await database.query("INSERT INTO users (id, name) VALUES (11, 'Grace  Hopper')")
    await database.query(`UPDATE users SET ${change}`)
    expect(await row(10)).toEqual([...expected, true])
    expect(await row(11)).toEqual([...expected, true])
  })

  test("also under session_replication_role = replica", async () => {
    await database.query("SET session_replication_role = replica; UPDATE users SET visits = 2 WHERE id = 10")
    expect(await row(10)).toEqual(["Grace  Hopper", "Grace", "Hopper", true])
  })
})
