import { beforeAll, expect, onTestFinished, test } from "vitest"
import { carriedCollation } from "../../../src/operations/duplicate/carried-collation.ts"
import type { Catalog, Column } from "../../../src/catalog/model.ts"
import { loadParser } from "../../../src/sql/parser.ts"
import { Purging } from "../archive/purging.ts"
import { withViews } from "../planned-findings.ts"

// A longer varchar lost the column's collation: what had been one login to a unique constraint were two from then on.

beforeAll(loadParser)

const people = `
  CREATE COLLATION public.ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
  CREATE TABLE public.people (id int PRIMARY KEY, login varchar(20) COLLATE public.ci NOT NULL UNIQUE, code text COLLATE "C");
  INSERT INTO public.people VALUES (1, 'Ada', 'x')`
const longer = (column: string, type: string) => ({
  alter_column: { table: "people", column, type, up: column, down: column },
})

test("what is equal and unique stays so under a longer type, and the order too", async () => {
  const change = await Purging.begin(
    people,
    [longer("login", "varchar(40)"), longer("code", "varchar(90)")],
    {},
    "0002_longer",
    withViews,
  )
  onTestFinished(() => change.end())
  const meaning = async () => ({
    found: await change.query("SELECT id FROM public.people WHERE login = 'ADA'"),
    collations: await change.query(
      `SELECT attname AS name, attcollation::regcollation::text AS collation FROM pg_attribute
        WHERE attrelid = 'public.people'::regclass AND attname IN ('login', 'code') ORDER BY 1`,
    ),
  })
  const before = await meaning()
  expect(before.found).toHaveLength(1)
  for (const step of change.plan.steps) {
    await change.perform(step)
    await expect(change.query("INSERT INTO public.people (id, login) VALUES (9, 'ADA')")).rejects.toMatchObject({
      code: "23505",
    })
  }
  expect(await meaning()).toEqual(before)
})

test.each([
  ["text", "ci"],
  ["character varying(40)", "ci"],
  ["text[]", "ci"],
  ["public.citext", "ci"],
  ["shop.code", "ci"],
  ["integer", null],
  ["jsonb", null],
  ["shop.context", null],
])("of type %s it keeps %s", (type, kept) => {
  const catalog = {
    domains: [{ name: "shop.code", base: "character varying(10)", notNull: false }],
  } as unknown as Catalog
  expect(carriedCollation({ collation: "ci" } as Column, type, catalog)).toBe(kept)
})
