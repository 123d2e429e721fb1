import { beforeAll, expect, test } from "vitest"
import { readRevisions } from "../../src/revisions/read-folder.ts"
import { loadParser } from "../../src/sql/parser.ts"

beforeAll(loadParser)

const yaml = "operations: []"

test("a revision comes after the one before it by file name, unless it says otherwise", () => {
  const files = [
    { name: "0010_c.yaml", text: yaml },
    { name: "0002_b.up.sql", text: "CREATE TABLE t ()" },
    { name: "0002_b.down.sql", text: "DROP TABLE t" },
    { name: "9999_d.yaml", text: `parents: []\n${yaml}` },
    { name: "0001_a.yaml", text: `id: first\n${yaml}` },
    { name: "README.md", text: "#" },
  ]
  const { revisions, findings } = readRevisions(files)
  expect(findings).toEqual([])
  expect(revisions.map(({ id, parents }) => [id, parents])).toEqual([
    ["first", []],
    ["0002_b", ["first"]],
    ["0010_c", ["0002_b"]],
    ["9999_d", []],
  ])
  expect(revisions[1]?.operations).toMatchObject([
    { kind: "sql", input: { up: "CREATE TABLE t ()", down: "DROP TABLE t" } },
  ])
})

test("the mistakes of all files are told at once", () => {
  const { findings } = readRevisions([
    { name: "0001_a.yaml", text: "operation: []" },
    { name: "0002_b.down.sql", text: "DROP TABLE t" },
    { name: "0003_c.sql", text: "DROP TABLE t" },
    { name: "0004_d.YAML", text: "" },
  ])
  expect(findings.map(({ code, severity, file, subject }) => [code, severity, file ?? subject])).toEqual([
    ["NOT_A_REVISION", "warning", "0003_c.sql"],
    ["NOT_A_REVISION", "warning", "0004_d.YAML"],
    ["UNKNOWN_KEY", "error", "0001_a.yaml"],
    ["REVISION_INVALID", "error", "0001_a.yaml"],
    ["REVISION_UNPAIRED", "error", "0002_b.down.sql"],
  ])
})
