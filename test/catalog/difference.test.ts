import { beforeAll, describe, expect, test } from "vitest"
import { differenceOf } from "../../src/catalog/difference.ts"
import type { Catalog, Table } from "../../src/catalog/model.ts"
import { shapeHash } from "../../src/catalog/shape.ts"
import { sameDefinition } from "../../src/catalog/same-definition.ts"
import { loadParser } from "../../src/sql/parser.ts"
import { catalog, column, table, users } from "../planner/sample-catalog.ts"

beforeAll(loadParser)

describe("a difference is told in words, each thing once", () => {
  test("none", () => expect(differenceOf(catalog(users), catalog(users))).toEqual([]))

  test("a property", () => {
    const changed = {
      ...users,
      columns: users.columns.map((old) =>
        old.name === "email" ? column("email", "character varying(10)", { notNull: true }) : old,
      ),
    }
    expect(differenceOf(catalog(users), catalog(changed))).toEqual([
      "column public.users.email: type text -> character varying(10)",
      "column public.users.email: nullable yes -> no",
    ])
  })

  test("a column, a table, an index", () => {
    const index = {
      name: "i",
      columns: ["id"],
      reads: ["id"],
      unique: false,
      valid: true,
      definition: "CREATE INDEX i ON public.users USING btree (id)",
      constraint: null,
    }
    const more = { ...users, columns: users.columns.slice(1), indexes: [index] }
    expect(differenceOf(catalog(users), catalog(more, table("teams", [column("id", "integer")])))).toEqual([
      "column public.users.id: is gone",
      "index i of public.users: is new",
      "table public.teams: is new",
    ])
    expect(differenceOf(catalog(users), catalog())).toEqual(["table public.users: is gone"])
  })

  test("the order of columns", () => {
    const turned = { ...users, columns: users.columns.toReversed() }
    expect(differenceOf(catalog(users), catalog(turned))).toEqual([
      "table public.users: order of columns id, name, email -> email, name, id",
    ])
  })

  test("inheritance that began; none counts as a catalog that was kept before it was read", () => {
    const children = [{ schema: "public", name: "heirs" }]
    expect(differenceOf(catalog(users), catalog({ ...users, inheritance: { parents: [], children } }))).toEqual([
      "table public.users: inheritance none -> from none, by public.heirs",
    ])
    const { inheritance: _, ...before } = users
    expect(differenceOf(JSON.parse(JSON.stringify(catalog(before as Table))) as Catalog, catalog(users))).toEqual([])
    expect(shapeHash(before as Table)).toBe(shapeHash(users))
  })

  test("a function's volatility", () => {
    const live = catalog(users)
    const functions = live.functions.map((known) => ({ ...known, volatility: "volatile" as const }))
    expect(differenceOf(live, { ...live, functions })).toContain(
      "function pg_catalog.lower: volatility immutable -> volatile",
    )
  })

  test("not what is ours", () => {
    const ours = {
      ...users,
      columns: [...users.columns, column("_sluice_filled_1", "boolean")],
      triggers: [{ name: "~sluice_ins", definition: "", enabled: "always" as const }],
    }
    expect(differenceOf(catalog(users), catalog(ours))).toEqual([])
  })
})

describe("what a person wrote and what PostgreSQL prints mean the same", () => {
  test.each([
    ["expression", "'x'", "'x'::text"],
    ["expression", "extract(month FROM at)", "EXTRACT(month FROM at)"],
    ["expression", "pg_catalog.lower(a)", "lower(a)"],
    ["constraint", "CHECK (a > 0 AND b <> '')", "CHECK (((a > 0) AND (b <> ''::text)))"],
    ["constraint", 'UNIQUE ("a")', "UNIQUE (a)"],
    ["constraint", "CHECK (a IN ('x', 'y'))", "CHECK ((a = ANY (ARRAY['x'::text, 'y'::text])))"],
    ["constraint", "CHECK (a NOT IN (1, 2))", "CHECK ((a <> ALL (ARRAY[1, 2])))"],
    ["constraint", "CHECK (a IN ('x'))", "CHECK ((a = 'x'::text))"],
    ["constraint", "CHECK (a BETWEEN 1 AND 2 OR b)", "CHECK ((((a >= 1) AND (a <= 2)) OR b))"],
    ["constraint", "CHECK (a NOT BETWEEN 1 AND 2)", "CHECK (((a < 1) OR (a > 2)))"],
    ["constraint", "CHECK (a LIKE 'x%' AND b NOT ILIKE '_')", "CHECK (((a ~~ 'x%'::text) AND (b !~~* '_'::text)))"],
    [
      "index",
      'CREATE UNIQUE INDEX "i" ON "public"."t" USING btree ("a")',
      "CREATE UNIQUE INDEX i ON public.t USING btree (a)",
    ],
  ] as const)("%s %s", (kind, written, printed) => {
    expect(sameDefinition(kind, written, printed)).toBe(true)
  })

  test.each([
    ["expression", "'x'", "'y'"],
    ["constraint", "CHECK (a > 0)", "CHECK (a >= 0)"],
    ["constraint", "UNIQUE (a, b)", "UNIQUE (b, a)"],
    ["constraint", "CHECK (a IN (1, 2))", "CHECK ((a = ANY (ARRAY[1, 3])))"],
    ["constraint", "CHECK (a IN (1, 2))", "CHECK ((a <> ALL (ARRAY[1, 2])))"],
    ["index", "CREATE INDEX i ON t (a)", "CREATE INDEX i ON t (a DESC)"],
  ] as const)("not %s %s and %s", (kind, left, right) => {
    expect(sameDefinition(kind, left, right)).toBe(false)
  })
})
