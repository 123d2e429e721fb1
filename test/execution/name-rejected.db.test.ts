import { afterEach, beforeAll, describe, expect, test } from "vitest"
import type { Step } from "../../src/domain/step.ts"
import { loadParser } from "../../src/sql/parser.ts"
import { Purging } from "../operations/archive/purging.ts"

/**
 * A way back may stop because the old shape allows no NULL again and the new application has written what `down` finds no
 * value for. PostgreSQL says only that there is such a row.
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
      finding: { hint: expect.stringMatching(/Write a value into name of each, then `sluice retry/) as unknown },
    })
    expect(change.witness.keysSeen.map(({ keys }) => keys)).toEqual([["2", "3"]])
    await change.query("UPDATE people SET name = 'nobody' WHERE name IS NULL")
    await change.undo(proof)
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
