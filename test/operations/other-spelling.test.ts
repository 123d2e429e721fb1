import { expect, test } from "vitest"
import { parse } from "yaml"
import { otherSpelling } from "../../src/operations/other-spelling.ts"

test.each([
  ["shop.users", { schema: "shop", name: "users" }],
  ['shop."Users"', { schema: "shop", name: "Users" }],
  ['"shop"."Users, old"', { schema: "shop", name: "Users, old" }],
  ['"Users"', "Users"],
  ['"true"', "true"],
  ['"a: b"', "a: b"],
  ['"Weird ""Name"', 'Weird "Name'],
  ['"Weird ""Name.x"', { schema: "public", name: 'Weird "Name.x' }],
])("a name as SQL writes it is told as YAML writes it: %s", (name, meant) => {
  const hint = otherSpelling({ schema: "public", name }) ?? ""
  expect(parse(hint.slice(hint.indexOf("table:")))).toEqual({ table: meant })
})

test.each(["users", "Users old", "a.b.c", '"open', "it's", 'a"b'])("another name is left alone: %s", (name) => {
  expect(otherSpelling({ schema: "public", name })).toBeNull()
})
