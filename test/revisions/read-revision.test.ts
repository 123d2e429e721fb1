import { beforeAll, describe, expect, test } from "vitest"
import { SluiceError } from "../../src/domain/errors.ts"
import type { Finding } from "../../src/domain/finding.ts"
import { readRevisionFile, readSqlRevision } from "../../src/revisions/read-revision.ts"
import { loadParser } from "../../src/sql/parser.ts"

beforeAll(loadParser)

function findingsOf(text: string, name = "0004_x.yaml"): readonly Finding[] {
  try {
    readRevisionFile(name, text)
    return []
  } catch (error) {
    if (error instanceof SluiceError) return error.findings
    throw error
  }
}

const addColumn = "add_column: {table: users, column: {name: a, type: text, nullable: true}}"

test("each operation knows the line on which it begins, which is no part of the content", () => {
  const spread = `title: T\n\noperations:\n  - ${addColumn}\n  # why\n  - ${addColumn.replace("name: a", "name: b")}\n`
  const read = readRevisionFile("0001_x.yaml", spread)
  expect(read.operations.map(({ line }) => line)).toEqual([4, 6])
  expect(readRevisionFile("0001_x.yaml", spread.replace("\n\n", "\n")).contentHash).toBe(read.contentHash)
})

test("id and title come from the file's name where the file doesn't tell", () => {
  expect(readRevisionFile("0004_split_name.yaml", `operations: [{${addColumn}}]`)).toMatchObject({
    id: "0004_split_name",
    title: "Split name",
    parents: [],
    parentsGiven: false,
    file: "0004_split_name.yaml",
    operations: [{ kind: "add_column" }],
  })
  expect(readRevisionFile("0004_x.yaml", "{id: other, parents: base, title: T, operations: []}")).toMatchObject({
    id: "other",
    title: "T",
    parents: ["base"],
    parentsGiven: true,
  })
})

describe("the content's hash", () => {
  const hash = (text: string): string => readRevisionFile("0001_x.yaml", text).contentHash

  test("doesn't see comments, quotes, order and layout of YAML", () => {
    const plain = hash(`title: T\noperations: [{${addColumn}}]`)
    const other = hash(
      `# hello\noperations:\n  - add_column:\n      column: {type: "text", nullable: true, name: 'a'} # why\n      table: users\ntitle: "T"\n`,
    )
    expect(other).toBe(plain)
  })

  test("sees every value", () => {
    expect(hash("operations: []")).not.toBe(hash("operations: []\nparents: []"))
    expect(hash(`operations: [{${addColumn}}]`)).not.toBe(hash(`operations: [{${addColumn.replace("text", "int")}}]`))
  })

  test("of SQL sees every character, but not the editor's line ends", () => {
    const of = (up: string, down: string | null = null): string =>
      readSqlRevision("0001_x.up.sql", up, down).contentHash
    expect(of("SELECT 1\r\n")).toBe(of("SELECT 1\n"))
    expect(of("SELECT 1 -- a")).not.toBe(of("SELECT 1"))
    expect(of("SELECT 1", "SELECT 2")).not.toBe(of("SELECT 1"))
  })
})

describe("every mistake is told at once, with its line and the nearest name", () => {
  test("unknown keys at every depth", () => {
    const text = `tilte: x
operations:
  - add_column:
      table: users
      column: {name: a, type: text}
`
    expect(findingsOf(text)).toMatchObject([{ code: "UNKNOWN_KEY", line: 1, hint: "Did you mean title?" }])
    const deep = `operations:
  - add_column:
      table: users
      colum: {}
      column:
        name: a
        type: text
        nulable: true
  - add_colunm: {}
  - drop_table: {name: t}
  - sql: {up: SELECT 1, dwon: SELECT 2}
`
    const found = findingsOf(deep)
    const brief = found.map(({ code, line, hint }) => [code, line, hint])
    expect(brief).toContainEqual(["UNKNOWN_KEY", 4, "Did you mean column?"])
    expect(brief).toContainEqual(["UNKNOWN_KEY", 8, "Did you mean nullable?"])
    expect(brief).toContainEqual(["UNKNOWN_OPERATION", 9, "Did you mean add_column?"])
    expect(brief).toContainEqual(["UNKNOWN_OPERATION", 10, expect.stringContaining("write it as `sql`")])
    expect(brief).toContainEqual(["UNKNOWN_KEY", 11, "Did you mean down?"])
    expect(found.every(({ file }) => file === "0004_x.yaml")).toBe(true)
  })

  test("missing and wrong values are told with their place", () => {
    const text =
      "operations:\n  - add_column:\n      table: users\n      column:\n        name: a\n        nullable: perhaps\n"
    const found = findingsOf(text)
    expect(found.map(({ message }) => message).join("\n")).toContain("operations[0].add_column.column.type: ")
    expect(found.find(({ message }) => message.includes("nullable"))?.line).toBe(6)
  })

  test.each([
    ["a: [", "REVISION_SYNTAX"],
    ["", "REVISION_SYNTAX"],
    ["# nothing", "REVISION_SYNTAX"],
    ["operations: []\n---\noperations: []", "REVISION_SYNTAX"],
    ["operations: []\noperations: []", "REVISION_SYNTAX"],
    ["operations: [!!js/function 'x']", "REVISION_SYNTAX"],
    ["operations: *nobody", "REVISION_SYNTAX"],
    ["just text", "REVISION_INVALID"],
    ["[]", "REVISION_INVALID"],
    ["title: x", "REVISION_INVALID"],
    ["operations: {}", "REVISION_INVALID"],
    ["operations: [{}]", "REVISION_INVALID"],
    ["operations: [{sql: {up: x}, add_column: {}}]", "REVISION_INVALID"],
    ["operations: []\nid: 'a b'", "REVISION_INVALID"],
    ["operations: []\nparents: ['../x']", "REVISION_INVALID"],
  ])("%j", (text, code) => {
    const found = findingsOf(text)
    expect(found.map((finding) => finding.code)).toContain(code)
    for (const { line } of found) expect(line).toBeGreaterThan(0)
  })

  test("aliases that multiply are stopped", () => {
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [${"*a,".repeat(9)}]\nc: &c [${"*b,".repeat(9)}]\nd: [${"*c,".repeat(9)}]`
    expect(findingsOf(bomb)).toMatchObject([{ code: "REVISION_SYNTAX" }])
  })

  test("a name that can't be an id", () => {
    expect(findingsOf("operations: []", "0001 what now.yaml")).toMatchObject([{ code: "REVISION_INVALID" }])
    expect(findingsOf("operations: []\nid: fine", "0001 what now.yaml")).toEqual([])
  })
})

test("a .down.sql is never taken for the way forward", () => {
  expect(findingsOf("DROP TABLE x", "0001_x.down.sql")).toMatchObject([{ code: "REVISION_UNPAIRED" }])
  expect(findingsOf("DROP TABLE x", "0001_x.sql")).toMatchObject([{ code: "REVISION_UNPAIRED" }])
})
