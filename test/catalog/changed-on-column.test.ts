import { describe, expect, test } from "vitest"
import { changedOnColumns } from "../../src/catalog/changed-on-column.ts"
import type { Catalog, Column, Constraint, Index, Table } from "../../src/catalog/model.ts"

const amount: Column = {
  name: "amount",
  type: "integer",
  notNull: true,
  default: "1",
  identity: null,
  generated: null,
  collation: null,
  comment: null,
}
const positive: Constraint = {
  name: "positive",
  kind: "check",
  columns: ["amount"],
  definition: "CHECK ((amount > 0))",
  validated: true,
  references: null,
  comment: null,
}
const byAmount: Index = {
  name: "by_amount",
  columns: ["amount"],
  reads: ["amount"],
  unique: false,
  valid: true,
  definition: "CREATE INDEX by_amount ON public.orders USING btree (amount)",
  constraint: null,
}

function catalogOf(more: Partial<Table> = {}, ...partitions: readonly Partial<Table>[]): Catalog {
  const orders = {
    schema: "public",
    name: "orders",
    parent: null,
    columns: [amount],
    constraints: [positive],
    indexes: [byAmount],
    ...more,
  } as Table
  const below = partitions.map((each, at) => ({
    ...orders,
    name: `orders_${at}`,
    parent: { schema: "public", name: "orders" },
    ...each,
  }))
  return { tables: [orders, ...below] } as unknown as Catalog
}

const column = { relation: { schema: "public", name: "orders" }, column: "amount", computed: true }
const changed = (is: Catalog, was = catalogOf()): readonly string[] => changedOnColumns(was, is, [column])

test("nothing is told of what stands as it was, came to stand there since, or was only validated", () => {
  const late = { ...positive, name: "late" }
  expect(
    changed(catalogOf({ constraints: [positive, late], indexes: [byAmount, { ...byAmount, name: "late" }] })),
  ).toEqual([])
  const unproven = catalogOf({ constraints: [{ ...positive, definition: `${positive.definition} NOT VALID` }] })
  expect(changed(catalogOf(), unproven)).toEqual([])
})

describe("told is", () => {
  test.each<[string, Partial<Table>, string]>([
    [
      "another default",
      { columns: [{ ...amount, default: "7" }] },
      "the default of public.orders.amount was 1 and is 7",
    ],
    [
      "one that is gone",
      { columns: [{ ...amount, default: null }] },
      "the default of public.orders.amount was 1 and is none",
    ],
    ["NULL that is allowed now", { columns: [{ ...amount, notNull: false }] }, "public.orders.amount was NOT NULL"],
    ["another type", { columns: [{ ...amount, type: "bigint" }] }, "public.orders.amount was integer and is bigint"],
    [
      "another check by the same name",
      { constraints: [{ ...positive, definition: "CHECK ((amount > -100))" }] },
      "constraint positive was CHECK ((amount > 0)) and is CHECK ((amount > -100))",
    ],
    ["a check that is gone", { constraints: [] }, "constraint positive is gone: CHECK ((amount > 0))"],
    ["an index that is gone", { indexes: [] }, `index by_amount is gone: ${byAmount.definition}`],
  ])("%s", (_, is, words) => expect(changed(catalogOf(is))).toEqual([words]))

  test("what has changed of a partition alone", () => {
    const was = catalogOf({}, {})
    expect(changed(catalogOf({}, { constraints: [] }), was)).toEqual([
      "constraint positive is gone: CHECK ((amount > 0))",
    ])
  })
})

test("of a column that nothing computes, only what is taken off it is told: the rest it keeps by itself", () => {
  const now = catalogOf({ columns: [{ ...amount, type: "bigint", default: null, notNull: false }], constraints: [] })
  expect(changedOnColumns(catalogOf(), now, [{ ...column, computed: false }])).toEqual([
    "constraint positive is gone: CHECK ((amount > 0))",
  ])
})
