import { afterEach, beforeAll, describe, expect, test } from "vitest"
import type { Step } from "../../src/domain/step.ts"
import { loadParser } from "../../src/sql/parser.ts"
import { Purging } from "../operations/archive/purging.ts"

/**
 * A way back may stop because the old shape allows no NULL again and the new application has written what `down` finds no
 * value for; or because `down` makes values of it that an old check, unique index or foreign key refuses. PostgreSQL says
 * only that there is such a row, and the hint sent people to a status that listed none.
 */
let change: Purging | undefined
beforeAll(loadParser)
afterEach(async () => {
  await change?.end()
  change = undefined
})

const given =
  "CREATE TABLE people (id int PRIMARY KEY, name text NOT NULL); INSERT INTO people SELECT n, 'P' || n FROM generate_series(1, 4) AS n"
const operations = [
  { add_column: { table: "people", column: { name: "label", type: "text", nullable: true }, up: "name" } },
  { drop_column: { table: "people", column: "name", down: "label" } },
]

describe("an undo that stops at rows", () => {
  const hidden = () => change!.query("SELECT _sluice_0002_drop_name AS name FROM people ORDER BY id")

  test.each([
    ["from keep", "contract/hide"],
    ["from behind the purge", "purge/drop"],
  ])("%s names them before the old shape refuses a write, and goes on once `down` has a value", async (_, last) => {
    change = await Purging.begin(given, operations)
    await change.through(last)
    await change.query("UPDATE people SET label = NULL WHERE id IN (2, 3)")
    await expect(change.back()).rejects.toMatchObject({
      code: "DATA_REJECTED",
      finding: {
        subject: "public.people",
        message: expect.stringContaining("name, which allows no NULL, would be NULL") as unknown,
        hint: expect.stringMatching(
          /Change in each of them what `down` reads.* then `sluice retry test-aaaaaaaa-1`/,
        ) as unknown,
      },
    })
    expect(change.witness.keysSeen).toEqual([
      { code: "DATA_REJECTED", relation: { schema: "public", name: "people" }, keys: ["2", "3"] },
    ])
    // Still hidden: the application goes on writing such rows.
    await change.query("UPDATE people SET label = NULL WHERE id = 2; INSERT INTO people (id, label) VALUES (5, NULL)")
    expect(await hidden()).toHaveLength(5)
    await change.query("UPDATE people SET label = 'nobody' WHERE label IS NULL")
    await change.back()
    expect(await change.query("SELECT name FROM people ORDER BY id")).toEqual(
      ["P1", "nobody", "nobody", "P4", "nobody"].map((name) => ({ name })),
    )
  })

  test("names those that break a check as well", async () => {
    const checked = `${given}; ALTER TABLE people ADD CONSTRAINT short CHECK (length(name) < 9 OR id = 0)`
    change = await Purging.begin(checked, operations)
    await change.contract()
    await change.query("UPDATE people SET label = 'much too long' WHERE id IN (1, 4)")
    await expect(change.back()).rejects.toMatchObject({
      code: "DATA_REJECTED",
      finding: { message: expect.stringContaining("name would break the check short") as unknown },
    })
    expect(change.witness.keysSeen.map(({ keys }) => keys)).toEqual([["1", "4"]])
    await change.query("UPDATE people SET label = 'short' WHERE id IN (1, 4)")
    await change.back()
  })

  test("names all that one column's promises don't allow at once", async () => {
    const checked = `${given}; ALTER TABLE people ADD CONSTRAINT short CHECK (length(name) < 9)`
    change = await Purging.begin(checked, operations)
    await change.contract()
    await change.query("UPDATE people SET label = CASE id WHEN 1 THEN 'much too long' END WHERE id < 3")
    await expect(change.back()).rejects.toMatchObject({
      finding: { message: expect.stringMatching(/allows no NULL.*; .*break the check short/) as unknown },
    })
    expect(change.witness.keysSeen.map(({ keys }) => keys)).toEqual([["2"], ["1"]])
  })

  test("a check over two columns that both go tells nothing beforehand, and holds nothing up", async () => {
    const both = `${given}; ALTER TABLE people ADD COLUMN rank int DEFAULT 1, ADD CONSTRAINT ranked CHECK (rank > 0 OR name = 'x')`
    change = await Purging.begin(both, [...operations, { drop_column: { table: "people", column: "rank", down: "1" } }])
    await change.contract()
    await change.back()
    expect(await change.query("SELECT name, rank FROM people WHERE id = 1")).toEqual([{ name: "P1", rank: 1 }])
  })

  test("that came after the look are named by the proof of the promise", async () => {
    change = await Purging.begin(given, operations)
    await change.contract()
    await change.query("UPDATE people SET label = NULL WHERE id IN (2, 3)")
    const { undoDemands: _undoDemands, ...earlier } = change.step("contract/hide")
    await change.undo(earlier as Step)
    const proof = change.step("contract/people/not-null-name/validate")
    await expect(change.undo(proof)).rejects.toMatchObject({
      code: "DATA_REJECTED",
      finding: {
        hint: expect.stringMatching(/Write a value into name of each, then `sluice retry test-aaaaaaaa-1`/) as unknown,
      },
    })
    expect(change.witness.keysSeen.map(({ keys }) => keys)).toEqual([["2", "3"]])
    await change.query("UPDATE people SET name = 'nobody' WHERE name IS NULL")
    await change.undo(proof)
  })

  test.each([
    ["from keep", "contract/hide"],
    ["from behind the purge", "purge/drop"],
  ])("%s names those that hold the same under an old unique constraint", async (_, last) => {
    change = await Purging.begin(`${given}; ALTER TABLE people ADD CONSTRAINT alone UNIQUE (name)`, operations)
    await change.through(last)
    await change.query("UPDATE people SET label = 'same' WHERE id IN (2, 3)")
    await expect(change.back()).rejects.toMatchObject({
      code: "DATA_REJECTED",
      finding: {
        hint: expect.stringMatching(/unique index alone is to forbid again.*`sluice retry test-aaaaaaaa-1`/) as unknown,
      },
    })
    expect(change.witness.keysSeen.map(({ keys }) => keys.toSorted())).toEqual([["2", "3"]])
    await change.query("UPDATE people SET name = 'other' WHERE id = 3")
    await change.back()
  })

  test.each([
    ["an index of some rows", "(name) WHERE id < 4", "id > 1", ["2", "3"]],
    ["an index of an expression", "(lower(name), (id % 2))", "id < 4", ["1", "3"]],
    ["another collation", `(name COLLATE "C" text_pattern_ops DESC) INCLUDE (id)`, "id > 2", ["3", "4"]],
  ])("names them by what the index itself tells rows apart by: %s", async (_, key, where, keys) => {
    change = await Purging.begin(`${given}; CREATE UNIQUE INDEX alone ON people ${key}`, operations)
    await change.contract()
    await change.query(`UPDATE people SET label = 'Same' WHERE ${where}`)
    await expect(change.back()).rejects.toMatchObject({ code: "DATA_REJECTED" })
    expect(change.witness.keysSeen.map((seen) => seen.keys.toSorted())).toEqual([keys])
  })

  test.each([
    ["apart, as ever", "", []],
    ["the same", "NULLS NOT DISTINCT", ["2", "3"]],
  ])("takes NULL for %s, as the index does", async (_, nulls, keys) => {
    const optional = given.replace("name text NOT NULL", "name text")
    change = await Purging.begin(`${optional}; CREATE UNIQUE INDEX alone ON people (name) ${nulls}`, operations)
    await change.contract()
    await change.query("UPDATE people SET label = NULL WHERE id IN (2, 3)")
    if (keys.length > 0) await expect(change.back()).rejects.toMatchObject({ code: "DATA_REJECTED" })
    else await change.back()
    expect(change.witness.keysSeen.flatMap((seen) => seen.keys.toSorted())).toEqual(keys)
  })

  test.each([
    ["from keep", "contract/hide"],
    ["from behind the purge", "purge/drop"],
  ])("%s names those that point to nothing by an old foreign key", async (_, last) => {
    const known = "CREATE TABLE names AS SELECT 'P' || n AS name FROM generate_series(1, 4) AS n"
    const pointing =
      "ALTER TABLE names ADD UNIQUE (name); ALTER TABLE people ADD CONSTRAINT known FOREIGN KEY (name) REFERENCES names (name)"
    change = await Purging.begin(`${given}; ${known}; ${pointing}`, operations)
    await change.through(last)
    await change.query("UPDATE people SET label = 'nobody' WHERE id IN (2, 3)")
    await expect(change.back()).rejects.toMatchObject({
      code: "DATA_REJECTED",
      finding: {
        hint: expect.stringMatching(
          /no row of public\.names.*foreign key known.*`sluice retry test-aaaaaaaa-1`/,
        ) as unknown,
      },
    })
    expect(change.witness.keysSeen.map(({ keys }) => keys)).toEqual([["2", "3"]])
    await change.query("INSERT INTO names VALUES ('nobody')")
    await change.back()
  })

  test.each([
    ["SIMPLE", ["3"]],
    ["FULL", ["2", "3"]],
  ])("takes NULL in a foreign key as MATCH %s does", async (match, keys) => {
    const pairs = `CREATE TABLE pairs (a text, b text, UNIQUE (b, a)); INSERT INTO pairs VALUES ('x', 'x');
      CREATE TABLE people (id int PRIMARY KEY, name text, other text);
      INSERT INTO people SELECT n, 'x', 'x' FROM generate_series(1, 4) AS n;
      ALTER TABLE people ADD FOREIGN KEY (other, name) REFERENCES pairs (a, b) MATCH ${match}`
    change = await Purging.begin(pairs, operations)
    await change.contract()
    // Of the fourth row, neither is there.
    await change.query(`UPDATE people SET label = NULL WHERE id = 2; UPDATE people SET label = 'y' WHERE id = 3;
      UPDATE people SET label = NULL, other = NULL WHERE id = 4`)
    await expect(change.back()).rejects.toMatchObject({ code: "DATA_REJECTED" })
    expect(change.witness.keysSeen.map((seen) => seen.keys.toSorted())).toEqual([keys])
  })

  test("of a plan that doesn't say which they can be, tells what PostgreSQL says", async () => {
    change = await Purging.begin(given, operations)
    await change.contract()
    await change.query("UPDATE people SET label = NULL WHERE id = 2")
    await change.undo({ ...change.step("contract/hide"), undoDemands: [] })
    const validating = change.step("contract/people/not-null-name/validate")
    const { undoRejects: _undoRejects, ...earlier } = validating
    await expect(change.undo(earlier as typeof validating)).rejects.toMatchObject({ code: "DATA_REJECTED" })
    expect(change.witness.keysSeen).toEqual([])
  })
})
