import { beforeAll, expect, test } from "vitest"
import { loadParser } from "../../src/sql/parser.ts"
import { shownStatement } from "../../src/sql/shown-statement.ts"

beforeAll(loadParser)

test.each([
  ["SELECT  name\n  FROM people -- who\n WHERE id=$1", "SELECT name FROM people WHERE id=$1"],
  ["SELECT /* user=eve */ name FROM people", "SELECT name FROM people"],
  [
    "COPY (SELECT name FROM people WHERE name = 'Eve' AND id > 10.5 AND n = E'x\\n') TO STDOUT",
    "COPY (SELECT name FROM people WHERE name = ? AND id > ? AND n = ?) TO STDOUT",
  ],
  ["SELECT $t$secret$t$, B'101', X'ff', U&'d', 1e9, .5, 0x1F, a1 FROM t2", "SELECT ?, ?, ?, ?, ?, ?, ?, a1 FROM t2"],
])("%j", (text, shown) => expect(shownStatement(text, 200)).toBe(shown))

test("a long one is cut between characters", () => {
  expect(shownStatement(`SELECT ${"ü".repeat(300)}`, 20)).toBe(`SELECT ${"ü".repeat(12)}…`)
})
