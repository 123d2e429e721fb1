import { expect, test } from "vitest"
import { baseType } from "../../src/catalog/domains.ts"

const domains = [
  { name: "public.short", base: "character varying(10)", notNull: false },
  { name: "public.scores", base: "integer[]", notNull: false },
]

test.each([
  ["a type that is none", "text", "text"],
  ["a domain", "public.short", "character varying(10)"],
  ["an array of a domain", "public.short[]", "character varying(10)[]"],
  ["a domain over an array", "public.scores", "integer[]"],
  ["an array of a domain over an array, which no base type stands for", "public.scores[]", "public.scores[]"],
])("the type below %s", (_, type, expected) => {
  expect(baseType({ domains }, type)).toBe(expected)
})
