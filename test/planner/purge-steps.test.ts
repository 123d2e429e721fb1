import { beforeAll, describe, expect, test } from "vitest"
import type { Column, Table } from "../../src/catalog/model.ts"
import type { Finding } from "../../src/domain/finding.ts"
import type { Step } from "../../src/domain/step.ts"
import { compilePlan } from "../../src/planner/compile.ts"
import { loadParser } from "../../src/sql/parser.ts"
import { catalog, column, revision, table, target } from "./sample-catalog.ts"

beforeAll(loadParser)

const id = column("id", "bigint", { notNull: true })
const index = (name: string, on: string, reads: readonly string[]) => ({
  name,
  columns: reads,
  reads,
  unique: false,
  valid: true,
  definition: `CREATE INDEX ${name} ON public.users USING btree (${on})`,
  constraint: null,
})
const users = table(
  "users",
  [id, column("name", "text"), column("fax", "text", { notNull: true, default: "''::text" }), column("first", "text")],
  { indexes: [index("users_name", "lower(name)", ["name"]), index("users_first", "first", ["first"])] },
)
const dropName = { drop_column: { table: "users", column: "name", down: "first" } }
const dropFax = { drop_column: { table: "users", column: "fax" } }

function purge(live: Table, ...operations: readonly Readonly<Record<string, unknown>>[]) {
  const { plan, findings } = compilePlan({
    revisions: [revision("0002", ...operations)],
    catalog: catalog(live),
    target,
  })
  if (!plan) throw new Error(JSON.stringify(findings))
  return { findings, steps: plan.steps.filter(({ phase }) => phase === "purge") }
}

function idsOf(steps: readonly Step[]): readonly string[] {
  return steps.map(({ id, back }) => (back ? `back ${id}` : id))
}

function codesOf(findings: readonly Finding[]): readonly string[] {
  return findings.map(({ code }) => code).filter((code) => /PURGE|COMES_BACK/.test(code))
}

describe("a purge", () => {
  test("archives, compares and drops; what the way back needs stands in between, last step first", () => {
    const { steps, findings } = purge(users, dropName, dropFax)
    expect(idsOf(steps)).toEqual([
      "purge/users/archive",
      "purge/users/copy",
      "purge/users/compare",
      "back purge/users/settle",
      "back purge/users/index-users_name",
      "back purge/users/not-null-fax",
      "back purge/users/refill",
      "purge/drop",
    ])
    expect(steps.filter(({ undo }) => undo === null).map(({ action }) => action)).toEqual(["backfill", "verify"])
    expect(steps.filter(({ losesData }) => losesData)).toEqual([])
    expect(steps.at(-1)?.summary).toContain("as the last column")
    expect(codesOf(findings)).toEqual(["COMES_BACK_LAST", "COMES_BACK_LAST"])
  })

  test("hashes once what two columns are computed from, and apart what they aren't", () => {
    const wide = {
      ...users,
      columns: [...users.columns, column("alias", "text"), column("note", "text"), column("h", "text")],
    }
    const { steps } = purge(
      wide,
      dropName,
      { drop_column: { table: "users", column: "alias", down: "lower(first)" } },
      { drop_column: { table: "users", column: "note", down: "h" } },
    )
    const created = steps[0]?.sql ?? ""
    expect(created.match(/^ {2}"h\d*" bigint,$/gm)).toEqual(['  "h" bigint,', '  "h1" bigint,'])
  })

  test("without a key archives nothing, loses the values, and says both beforehand", () => {
    const { steps, findings } = purge({ ...users, constraints: [] }, dropName)
    expect(idsOf(steps)).toEqual(["purge/drop"])
    expect(steps.map(({ losesData, undo }) => [losesData, undo])).toEqual([[true, null]])
    expect(codesOf(findings)).toEqual(["PURGE_LOSES_DATA"])
  })

  test("keys rows by what is left: never by a column that goes", () => {
    const byFax = {
      ...users,
      constraints: [
        {
          ...users.constraints[0]!,
          kind: "unique" as const,
          columns: ["fax"],
          name: "users_fax_key",
          definition: "UNIQUE (fax)",
        },
      ],
    }
    expect(codesOf(purge(byFax, dropFax).findings)).toEqual(["PURGE_LOSES_DATA"])
    expect(codesOf(purge(byFax, dropName).findings)).toEqual(["COMES_BACK_LAST"])
  })

  test.each<readonly [string, Partial<Column>]>([
    ["an identity", { identity: "by default", notNull: true }],
    ["a sequence", { default: "nextval('public.users_extra_seq'::regclass)" }],
    ["a domain", { domain: true }],
  ])("of %s keeps the values, and says that there is no way back", (_, parts) => {
    const live = { ...users, columns: [...users.columns, column("extra", "bigint", parts)] }
    const { steps, findings } = purge(live, { drop_column: { table: "users", column: "extra" } })
    expect(idsOf(steps)).toEqual(["purge/users/archive", "purge/users/copy", "purge/users/compare", "purge/drop"])
    expect(steps.at(-1)).toMatchObject({ losesData: false, undo: null })
    expect(codesOf(findings)).toEqual(["PURGE_IS_FINAL"])
  })

  test("of a generated column has nothing to archive", () => {
    const live = { ...users, columns: [...users.columns, column("extra", "text", { generated: "lower(first)" })] }
    const { steps, findings } = purge(live, { drop_column: { table: "users", column: "extra" } })
    expect(idsOf(steps)).toEqual(["purge/drop"])
    expect(steps[0]).toMatchObject({ losesData: false, undo: null })
    expect(codesOf(findings)).toEqual(["PURGE_IS_FINAL"])
  })

  test("of markers alone can be taken back as well", () => {
    const { steps } = purge(users, {
      add_column: { table: "users", column: { name: "nick", type: "text" }, up: "name" },
    })
    expect(idsOf(steps)).toEqual(["purge/drop"])
    expect(steps[0]?.undo).toContain("boolean DEFAULT FALSE")
  })
})

test("a column of the key by which a run's hidden columns will be archived stays until then", () => {
  const live = {
    ...users,
    columns: [...users.columns, column("_sluice_0001_old", "text"), column("code", "text", { notNull: true })],
    constraints: [
      {
        ...users.constraints[0]!,
        kind: "unique" as const,
        columns: ["code"],
        name: "users_code_key",
        definition: "UNIQUE (code)",
      },
    ],
  }
  const drop = (name: string) => {
    const operations = [{ drop_column: { table: "users", column: name, down: "''" } }]
    return compilePlan({ revisions: [revision("0002", ...operations)], catalog: catalog(live), target }).findings
  }
  expect(drop("code").map(({ code }) => code)).toContain("HIDDEN_COLUMNS_KEPT")
  expect(drop("name").map(({ code }) => code)).not.toContain("HIDDEN_COLUMNS_KEPT")
})
