import { beforeAll, describe, expect, test } from "vitest"
import { compilePlan } from "../../src/planner/compile.ts"
import type { Revision } from "../../src/revisions/revision.ts"
import { loadParser } from "../../src/sql/parser.ts"
import { catalog, column, revision, table, target } from "./sample-catalog.ts"

beforeAll(loadParser)

const people = table("people", [
  column("id", "bigint", { notNull: true }),
  column("age", "text"),
  column("name", "text"),
])

function compile(...revisions: readonly Revision[]) {
  const versions = { ...target.versions, schemas: true }
  return compilePlan({ revisions, catalog: catalog(people), target: { ...target, versions } })
}

function errors(...revisions: readonly Revision[]): readonly (string | undefined)[] {
  const { findings } = compile(...revisions)
  return findings.filter(({ severity }) => severity === "error").flatMap(({ code, hint }) => [code, hint])
}

const alter = (how: object) => ({ alter_column: { table: "people", column: "age", ...how } })
const toNumber = alter({ type: "integer", up: "age::integer", down: "age::text" })
const required = alter({ nullable: false, up: "coalesce(age, '0')", down: "age" })
const checked = alter({ check: { name: "adult", constraint: "age <> ''" } })
const commented = alter({ comment: "in years" })
const dropped = { drop_column: { table: "people", column: "age" } }
const renamed = { rename_column: { table: "people", from: "age", to: "years" } }

describe("two operations on one column, of which one gives it a second one or another name", () => {
  // Of the two second columns one would have been the other's, and a change lost without a word.
  test.each([
    ["another type, and NOT NULL by `up`", toNumber, required],
    ["NOT NULL by `up`, and another type", required, toNumber],
    ["twice another type", toNumber, alter({ type: "bigint", up: "age::bigint", down: "age::text" })],
    ["another type, and a check in place", toNumber, checked],
    ["a check in place, and another type", checked, toNumber],
    ["another type, and a comment", toNumber, commented],
  ])("are refused, and may be said in one: %s", (_, first, second) => {
    expect(errors(revision("1", first, second))).toEqual([
      "START_EARLIER_FIRST",
      expect.stringContaining("Say both in one alter_column"),
    ])
    const [code, hint] = errors(revision("1", first), revision("2", second))
    expect(code).toBe("START_EARLIER_FIRST")
    expect(hint).toContain("Start 1 first, and this one once it has been contracted")
  })

  test.each([
    ["another type, and dropped", toNumber, dropped],
    ["a check in place, and dropped", checked, dropped],
    ["another type, and renamed", toNumber, renamed],
    // It was looked for under the old name in the contract, which then failed.
    ["a comment, and renamed", commented, renamed],
  ])("are refused: %s", (_, first, second) => {
    expect(errors(revision("1", first, second)).slice(-2)).toEqual([
      "START_EARLIER_FIRST",
      "Move it to a revision of its own, after 1, and start that one first.",
    ])
  })

  test("are one alter_column: one second column, with all that it promises", () => {
    const both = alter({ type: "integer", nullable: false, up: "coalesce(age::integer, 0)", down: "age::text" })
    expect(errors(revision("1", both))).toEqual([])
    const [sync] = compile(revision("1", both)).plan?.syncs ?? []
    expect(sync?.groups).toHaveLength(1)
    expect(sync?.groups[0]?.new).toMatchObject([{ type: "integer", notNull: true }])
  })
})

test("changes in place of one column go together", () => {
  expect(errors(revision("1", checked, commented, alter({ nullable: false }), alter({ default: "'0'" })))).toEqual([])
})

test("two new columns computed from one are independent of one another", () => {
  const add = (name: string, up: string) => ({
    add_column: { table: "people", column: { name, type: "text", nullable: true }, up },
  })
  const { plan, findings } = compile(revision("1", add("loud", "name || '!'"), add("quiet", "lower(name)")))
  expect(findings.filter(({ severity }) => severity === "error")).toEqual([])
  expect(plan?.syncs[0]?.groups.map((group) => group.new.map(({ name }) => name))).toEqual([["loud"], ["quiet"]])
})
