import { beforeAll, expect, test } from "vitest"
import { lint } from "../../src/app/lint.ts"
import { readProjectFolder } from "../../src/config/folder.ts"
import { loadParser } from "../../src/sql/parser.ts"
import { folderWith } from "../config/folder.ts"

beforeAll(loadParser)

async function findingsOf(text: string, configuration = "version: 1\n") {
  const cwd = folderWith({ "sluice.yaml": configuration, "migrations/0001_x.yaml": text })
  return lint(readProjectFolder({ cwd, env: {} }), cwd, [])
}

test.each([
  ["a block", "title: X\noperations:\n  - sql:\n      up: |\n        SELECT 1;\n        CREATE INDEX i ON t (a);\n", 6],
  ["one line", 'title: X\noperations:\n  - sql:\n      up: "CREATE INDEX i ON t (a)"\n', 4],
  ["the end", "title: X\noperations:\n  - sql:\n      up: SELECT 1\n      onComplete: CREATE INDEX i ON t (a)\n", 5],
])("SQL inside a file is told by the file's own lines: %s", async (_, text, line) => {
  expect((await findingsOf(text)).map((finding) => finding.line)).toContain(line)
})

test("a change of type is told where no target has version views, and no variable need be set for that", async () => {
  const alter =
    "title: X\noperations:\n  - alter_column: {table: t, column: a, type: int, up: 'a::int', down: 'a::text'}\n"
  const target = (versions: string): string => `version: 1\ntargets: {app: {url: \${URL}${versions}}}\n`
  const told = { code: "VERSION_VIEWS_REQUIRED", severity: "warning", subject: "a", line: 3 }
  expect(await findingsOf(alter, target(""))).toMatchObject([told])
  expect(await findingsOf(alter, target(", versions: {schemas: true}"))).toEqual([])
  expect(await findingsOf(alter)).toEqual([])
  expect(
    await findingsOf(alter.replace("type: int, up: 'a::int', down: 'a::text'", "nullable: false"), target("")),
  ).toEqual([])
})

test("a revision without operations is told, a merge is not", async () => {
  expect(await findingsOf("title: X\noperations: []\n")).toMatchObject([
    { code: "EMPTY_REVISION", severity: "warning" },
  ])
})

test.each([
  ["operations:\n  - add_column: {column: {name: a, type: text}}\n", "table: it is missing", undefined],
  [
    "operations:\n  - add_column: {table: t, up: 1.5, column: {name: a, type: text}}\n",
    "up: it must be a text",
    "Quote it",
  ],
  [
    "operations:\n  - add_column: {table: t, column: {name: a, type: numeric(12,2)}}\n",
    "unknown key",
    '"numeric(12,2)"',
  ],
])("a mistake of form is told in words of ours: %j", async (text, message, hint) => {
  const found = (await findingsOf(text)).map((finding) => [finding.message, finding.hint])
  expect(found).toContainEqual([
    expect.stringContaining(message),
    hint === undefined ? undefined : expect.stringContaining(hint),
  ])
})

test.each([
  ["type: bigint", ["UP_REQUIRED", "DOWN_REQUIRED"]],
  ["type: bigint, up: a, down: a::int", []],
  ["type: bigint, up: a", ["DOWN_REQUIRED"]],
  ["nullable: true", []],
])("a change of type without its ways is a warning, as its column may have it already: %s", async (change, codes) => {
  const found = await findingsOf(`title: X\noperations:\n  - alter_column: {table: t, column: a, ${change}}\n`)
  expect(found.map(({ code }) => code)).toEqual(codes)
  for (const finding of found) expect(finding).toMatchObject({ severity: "warning", subject: "t.a", line: 3 })
})

test("a text without SQL's quotes is told how a default is written", async () => {
  const column = (value: string) => `{name: state, type: text, default: ${value}}`
  const text = (value: string) => `title: X\noperations:\n  - add_column: {table: t, column: ${column(value)}}\n`
  const hint = expect.stringContaining(`default: "'active'"`)
  expect(await findingsOf(text("active"))).toMatchObject([{ code: "UNKNOWN_COLUMN", hint }])
  expect(await findingsOf(text(`"'active'"`))).toEqual([])
})
