import { beforeAll, expect, test } from "vitest"
import { readRevisionFile } from "../../src/revisions/read-revision.ts"
import { mergeRevisionText, newRevisionText } from "../../src/revisions/templates.ts"
import { loadParser } from "../../src/sql/parser.ts"

beforeAll(loadParser)

test.each([
  "Split users.name",
  "yes",
  "1.0",
  "a: b # c",
  "'quoted' \"twice\"",
  "ünïcødé 😀",
  "- item",
  "x".repeat(200),
])("a new revision's file is read back with its title: %s", (title) => {
  expect(readRevisionFile("0002_x.yaml", newRevisionText(title, "0001_a"))).toMatchObject({
    title,
    parents: ["0001_a"],
    parentsGiven: true,
    operations: [],
  })
})

test("line breaks in a title are spaces, and no title is one", () => {
  expect(readRevisionFile("x.yaml", newRevisionText("a\n b", null)).title).toBe("a b")
  expect(readRevisionFile("x.yaml", newRevisionText(" ", null)).title).toBe("Change")
})

test("ids that YAML takes for numbers stay names", () => {
  const merged = readRevisionFile("0003_m.yaml", mergeRevisionText("Merge", ["0001", "1e5", "true"], "../s.json"))
  expect(merged.parents).toEqual(["0001", "1e5", "true"])
})

test("the first revision has no parents, and says so", () => {
  expect(readRevisionFile("x.yaml", newRevisionText("First", null))).toMatchObject({ parents: [], parentsGiven: true })
})

test("the first line leads editors to the schema where there is one", () => {
  expect(newRevisionText("a", null, "../s.json")).toMatch(/^# yaml-language-server: \$schema=\.\.\/s\.json\n/)
})
