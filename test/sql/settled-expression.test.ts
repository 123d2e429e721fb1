import { beforeAll, describe, expect, test } from "vitest"
import { isSettled, loadParser } from "../../src/sql/parser.ts"

beforeAll(loadParser)

const types: Readonly<Record<string, string>> = {
  name: "text",
  short: "character varying(20)",
  cents: "integer",
  price: "numeric(10,2)",
  open: "boolean",
  id: "uuid",
  born: "date",
  at: "timestamp with time zone",
  size: "double precision",
  tags: "text[]",
  own: "shop.email",
  lasts: "interval",
  bytes: "bytea",
}
const typeOf = (column: string): string | null => types[column] ?? null
const settled = (text: string, target = "text"): boolean => isSettled(text, { typeOf, target })

describe("what texts, whole numbers and the like give is the same under every setting of a session", () => {
  test.each([
    "trim(name || ' ' || short)",
    "substr(name, strpos(name || ' ', ' ') + 1)",
    "coalesce(nullif(name, ''), short)::varchar(10)",
    "CASE WHEN cents > 1 AND NOT open THEN id::text ELSE concat(price, 'x') END",
    'lower(name COLLATE "C")',
    "name IN ('a', 'b') OR name IS NULL OR short LIKE 'x%' OR cents BETWEEN 1 AND 2",
    "pg_catalog.lower(name)",
    "price * 100 - cents % 7",
  ])("%s", (text) => expect(settled(text)).toBe(true))
})

describe("where something else is read, called or made, it may not be", () => {
  test.each([
    "born::text",
    "at::text",
    "name || at",
    "size::text",
    "(cents ^ 2)::text",
    "round(cents)::text",
    "abs('0.1')::text",
    "(name::date)::text",
    "to_char(cents, '999')",
    "array_to_string(tags, ',')",
    "own",
    "shop.lower(name)",
    "name OPERATOR(shop.||) short",
    "name::shop.text",
    "encode(bytes, 'hex')",
    "lasts::text",
    "current_date::text",
    "(ARRAY[name])[1]",
    "unknown_column",
    "lower(own)",
  ])("%s", (text) => expect(settled(text)).toBe(false))

  test.each(["date", "timestamp with time zone", "real", "text[]", "shop.text"])("made into %s", (target) => {
    expect(settled("name", target)).toBe(false)
  })
})
