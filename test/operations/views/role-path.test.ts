import { describe, expect, test } from "vitest"
import { hiddenName, versionSchemaOf } from "../../../src/operations/views/names.ts"
import { leadsTo, rolePaths, setPath } from "../../../src/operations/views/role-path.ts"
import { ident } from "../../../src/sql/sql.ts"

describe("names of version schemas", () => {
  test("say the schema and the revision, or that it is the shape before the first", () => {
    expect(versionSchemaOf("public", "0002_split").name).toBe("public_0002_split")
    expect(versionSchemaOf("shop", null)).toEqual({ name: "shop_base", base: "shop", revision: null })
  })

  test("fit into 63 bytes and stay apart, hidden ones too", () => {
    const long = "0002_".padEnd(100, "x")
    const [one, other] = [
      versionSchemaOf("public", `${long.slice(1)}1`),
      versionSchemaOf("public", `${long.slice(1)}2`),
    ]
    for (const name of [one.name, other.name, hiddenName(one), hiddenName(other)])
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63)
    expect(new Set([one.name, other.name, hiddenName(one), hiddenName(other)]).size).toBe(4)
    expect(hiddenName(one)).toMatch(/^_sluice_public_/)
  })
})

describe("roles and versions", () => {
  const [now, next] = [versionSchemaOf("public", "0001"), versionSchemaOf("public", "0002")]
  const roles = { old: "app_v1", new: "app_v2" }

  test("each role has its version first, then the schema behind it", () => {
    expect(rolePaths({ roles, made: [next], ended: [now] })).toEqual([
      { role: "app_v1", version: "old", schemas: ["public_0001"], path: ["public_0001", "public"] },
      { role: "app_v2", version: "new", schemas: ["public_0002"], path: ["public_0002", "public"] },
    ])
    expect(rolePaths({ roles, made: [next], ended: [] }).map(({ version }) => version)).toEqual(["new"])
    expect(rolePaths({ roles: { old: null, new: null }, made: [next], ended: [now] })).toEqual([])
    expect(rolePaths({ roles, made: [], ended: [now] })).toEqual([])
  })

  test("the statement is for one database and quotes every name", () => {
    expect(setPath(ident('a "b'), "Shop", ["public_0002.x", "public"])).toBe(
      'ALTER ROLE "a ""b" IN DATABASE "Shop" SET search_path = "public_0002.x", "public";',
    )
  })

  test.each([
    ['"public_0002.x", public', true],
    ['"public_0002.x",public, other', true],
    ['"public_0002.x"', true],
    ['"$user", "public_0002.x", public', true],
    ["public", false],
    ['public, "public_0002.x"', false],
    ['"$user", public', false],
    ["", false],
    [null, false],
  ])("a setting of %j leads to the version: %s", (setting, expected) => {
    expect(leadsTo(setting, { schemas: ["public_0002.x"], path: ["public_0002.x", "public"] })).toBe(expected)
  })

  test("names are read as PostgreSQL writes them: folded where bare, as they are where quoted", () => {
    const weird = 'Weird "Name, x'
    expect(leadsTo('PUBLIC, "Weird ""Name, x"', { schemas: [weird], path: [weird, "public"] })).toBe(false)
    expect(leadsTo('"Weird ""Name, x", PUBLIC', { schemas: [weird], path: [weird, "public"] })).toBe(true)
    expect(leadsTo('"PUBLIC"', { schemas: ["public"], path: ["public"] })).toBe(false)
  })
})
