import { afterAll, beforeAll, expect, test } from "vitest"
import { knownUnsteadiness, refusedFunction } from "../../src/sql/known-functions.ts"
import { createDatabase, type TestDatabase } from "../harness/database.ts"

let database: TestDatabase
beforeAll(async () => {
  database = await createDatabase({})
})
afterAll(() => database.drop())

interface Known {
  readonly name: string
  /** Distinct, over all functions of that name: `f`, `a`, `w`, `p`; `s` for one that returns a set. */
  readonly kinds: readonly string[]
  readonly volatilities: readonly string[]
}

/** Every function of pg_catalog by name. */
function everyFunction(): Promise<readonly Known[]> {
  return database.query<Known>(
    `SELECT proname::text AS name,
            array_agg(DISTINCT CASE WHEN proretset THEN 's' ELSE prokind::text END) AS kinds,
            array_agg(DISTINCT provolatile::text) AS volatilities
       FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace GROUP BY proname ORDER BY proname`,
  )
}

const words: Readonly<Record<string, string>> = { a: "aggregate", w: "window", s: "set-returning" }

test("what is refused by name can't stand in an expression, and all of that kind is refused", async () => {
  for (const { name, kinds } of await everyFunction()) {
    const refused = refusedFunction({ schema: null, name })
    if (refused !== null)
      expect([name, kinds.filter((kind) => refused.includes(words[kind] ?? "?"))]).not.toEqual([name, []])
    if (refused !== null) expect([name, kinds]).not.toEqual([name, expect.arrayContaining(["f"])])
    // Those of administrators are left to the server.
    else if (!name.startsWith("pg_")) expect([name, kinds.filter((kind) => kind in words)]).toEqual([name, []])
  }
})

test("what is called unsteady is so in all its forms", async () => {
  for (const { name, volatilities } of await everyFunction()) {
    const known = knownUnsteadiness({ schema: null, name })
    if (known !== null) expect([name, volatilities]).toEqual([name, [known.slice(0, 1)]])
  }
})

test("a function of one's own is never taken for PostgreSQL's", () => {
  expect(refusedFunction({ schema: "shop", name: "sum" })).toBeNull()
  expect(refusedFunction({ schema: "pg_catalog", name: "sum" })).toBe("an aggregate (sum)")
  expect(knownUnsteadiness({ schema: "shop", name: "random" })).toBeNull()
})
