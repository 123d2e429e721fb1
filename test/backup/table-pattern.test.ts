import { expect, test } from "vitest"
import { relationPatterns, schemaPatterns } from "../../src/backup/table-pattern.ts"

test("names are quoted, so that nothing in them is special", () => {
  const relations = [
    { schema: "public", name: 'Weird "Name.x' },
    { schema: "public", name: "a|b*?" },
    { schema: "S.t", name: "u" },
  ]
  expect(relationPatterns(relations)).toEqual(['"public"."Weird ""Name.x"|"a|b*?"', '"S.t"."u"'])
  expect(schemaPatterns(["a.b", "C"])).toEqual(['"a.b"|"C".*'])
})

test("thousands of names become a few arguments of bounded length", () => {
  const relations = Array.from({ length: 5_000 }, (_, index) => ({
    schema: "public",
    name: `table_${index}_${"x".repeat(40)}`,
  }))
  const patterns = relationPatterns(relations)
  expect(patterns.length).toBeLessThan(100)
  expect(Math.max(...patterns.map((pattern) => pattern.length))).toBeLessThanOrEqual(4_000)
  expect(patterns.flatMap((pattern) => pattern.slice('"public".'.length).split("|"))).toHaveLength(5_000)
})

test("nothing to leave out is no argument", () => {
  expect(relationPatterns([])).toEqual([])
  expect(schemaPatterns([])).toEqual([])
})
