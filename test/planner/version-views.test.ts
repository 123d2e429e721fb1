import { beforeAll, describe, expect, test } from "vitest"
import type { Catalog } from "../../src/catalog/model.ts"
import type { VersionSchema } from "../../src/domain/versions.ts"
import { catalogWish, compilePlan } from "../../src/planner/compile.ts"
import type { PlanTarget } from "../../src/planner/compile.ts"
import { newShape } from "../../src/planner/new-shape.ts"
import type { Revision } from "../../src/revisions/revision.ts"
import { loadParser } from "../../src/sql/parser.ts"
import { syncColumn, usersSync } from "../operations/sync/split-name.ts"
import { catalog, column, revision, table, target, users } from "./sample-catalog.ts"

beforeAll(loadParser)

const withViews: PlanTarget = { ...target, versions: { ...target.versions, schemas: true } }
const old: VersionSchema = { name: "public_0001", base: "public", revision: "0001" }
const present: Catalog = {
  ...catalog(users, table("orders", [column("id", "bigint")])),
  versionSchemas: [old],
}
const nick = {
  table: "users",
  column: { name: "nick", type: "text", nullable: true, default: "'?'" },
  up: "lower(name)",
}
const change: Revision = { ...revision("0002", { add_column: nick }), parents: ["0001"] }

function compile(revisions: readonly Revision[], live: Catalog, where: PlanTarget = withViews) {
  return compilePlan({ revisions, catalog: live, target: where })
}

const codes = (found: ReturnType<typeof compile>): readonly string[] =>
  found.findings.map(({ code, severity }) => `${severity} ${code}`)

describe("the place of version views in a plan", () => {
  test("made once all that they show is there; hidden with the contract; dropped before what they show", () => {
    const { plan } = compile([change], present)
    const steps = plan?.steps ?? []
    expect(steps.map(({ id }) => id)).toEqual([
      "expand/users/sync",
      "dual-write/public/version-views",
      "backfill/users/fill",
      "verify/users/compare",
      "contract/users/compare",
      "contract/hide",
      "purge/public/version-views",
      "purge/drop",
    ])
    const [, make, , , , contract, purge] = steps
    expect(make).toMatchObject({ phase: "dual-write", lock: "AccessShare" })
    expect(make?.sql).toContain('CREATE VIEW "public_0002"."users" WITH (security_invoker = true) AS\n')
    expect(make?.sql).toContain(`ALTER COLUMN "nick" SET DEFAULT ('?')`)
    expect(make?.sql).toContain('CREATE VIEW "public_0002"."orders"')
    expect(contract?.sql.indexOf('ALTER SCHEMA "public_0001" RENAME TO "_sluice_public_0001"')).toBe(0)
    expect(contract?.undo).toContain('ALTER SCHEMA "_sluice_public_0001" RENAME TO "public_0001"')
    // The old view of a table that changes is locked with it, views of others are left alone.
    expect(contract?.relations).toEqual([
      { schema: "public", name: "users" },
      { schema: "public_0001", name: "users" },
    ])
    expect(purge?.sql).toContain("o.name IN ('_sluice_public_0001')")
  })

  test("several revisions at once make one version, of the last; versions beside the parents end as well", () => {
    const beside: VersionSchema = { name: "public_0001b", base: "public", revision: "0001b" }
    const elsewhere: VersionSchema = { name: "shop_0001", base: "shop", revision: "0001" }
    const live = { ...present, versionSchemas: [beside, elsewhere, old] }
    const { plan } = compile([change, { ...revision("0003"), parents: ["0002"] }], live)
    expect(plan?.versions.made).toEqual([{ name: "public_0003", base: "public", revision: "0003" }])
    // That of the plan's parent first: it is the one that the old application should be on.
    expect(plan?.versions.ended).toEqual([old, beside])
  })

  test("a target without them makes none, but ends those that are in use", () => {
    const { plan } = compile([change], present, target)
    expect(plan?.versions).toMatchObject({ made: [], ended: [old] })
    expect(plan?.steps.map(({ phase }) => phase)).not.toContain("dual-write")
  })

  test("roles are a part of the plan, and so of its hash", () => {
    const roles = { old: "app_v1", new: "app_v2" }
    const other = compile([change], present, { ...withViews, versions: { schemas: true, roles } })
    expect(other.plan?.versions.roles).toEqual(roles)
    expect(other.plan?.hash).not.toBe(compile([change], present).plan?.hash)
  })

  test("rights on a table count only where a view shows it", () => {
    const grants = [{ grantee: "x", privilege: "SELECT", column: null, grantable: false }] as const
    const granted = { ...present, tables: [{ ...users, grants }] }
    const bare = { ...present, tables: [users] }
    expect(compile([change], granted).plan?.hash).not.toBe(compile([change], bare).plan?.hash)
    expect(compile([change], granted, target).plan?.hash).toBe(compile([change], bare, target).plan?.hash)
  })

  test("the catalog is read in full where views show all of it", () => {
    expect(catalogWish([change], withViews)).toMatchObject({ schemas: ["public", "public_0002"], inFull: ["public"] })
    expect(catalogWish([change], target)).toMatchObject({ schemas: ["public"], inFull: [] })
  })
})

describe("what a plan says of version views", () => {
  test("an old application on views isn't warned of what it doesn't see; one on tables is, and told how", () => {
    expect(codes(compile([change], present))).toEqual([])
    const bare = { ...present, versionSchemas: [] }
    expect(codes(compile([change], bare))).toEqual(["warning PREPARED_SELECT_STAR", "warning NO_VERSION_VIEWS"])
    expect(codes(compile([change], bare, target))).toEqual(["warning PREPARED_SELECT_STAR"])
  })

  test("a schema that bears the name already is refused", () => {
    const taken = compile([change], { ...present, schemas: ["public", "public_0002"] })
    expect(taken.plan).toBeNull()
    expect(codes(taken)).toEqual(["error VERSION_SCHEMA_TAKEN"])
  })

  test.each([
    ["ALTER TABLE users ADD COLUMN x text", ["warning VERSION_VIEW_LEFT_OUT"], ["orders"]],
    ["CREATE TABLE more (id int)", ["warning VERSION_VIEW_LEFT_OUT"], ["orders", "users"]],
    [
      "/* sluice: allow renaming-column */ ALTER TABLE users RENAME COLUMN name TO n",
      ["warning VERSION_VIEW_LEFT_OUT"],
      ["orders"],
    ],
    ["CREATE VIEW seen AS SELECT id FROM users", [], ["orders", "users"]],
    ["COMMENT ON TABLE users IS 'x'", [], ["orders", "users"]],
  ])("raw SQL that leaves a table's columns unknown leaves it out: %s", (up, expected, shown) => {
    const found = compile([revision("0002", { sql: { up, down: "SELECT 1" } })], present)
    expect(codes(found).filter((code) => code.includes("VERSION"))).toEqual(expected)
    const views = [...(found.plan?.steps[1]?.sql ?? "").matchAll(/CREATE VIEW "public_0002"."(\w+)"/g)]
    expect(views.map(([, name]) => name).toSorted()).toEqual(shown)
  })

  test.each([
    "/* sluice: allow ban-drop-column */ ALTER TABLE users DROP COLUMN email",
    "/* sluice: allow changing-column-type */ ALTER TABLE users ALTER COLUMN email TYPE varchar(9)",
    "/* sluice: allow ban-drop-table */ DROP TABLE users",
  ])("raw SQL that PostgreSQL would refuse under a version view is refused beforehand: %s", (up) => {
    const change = [revision("0002", { sql: { up, down: "SELECT 1" } })]
    expect(codes(compile(change, present))).toContain("error VERSION_VIEW_IN_THE_WAY")
    expect(codes(compile(change, { ...present, versionSchemas: [] }))).not.toContain("error VERSION_VIEW_IN_THE_WAY")
  })

  test("who can't read all of a table with row-level security can't use its view: that is said", () => {
    const grants = [{ grantee: "clerk", privilege: "SELECT", column: "name", grantable: false }] as const
    const secured = { ...users, grants, rowSecurity: { enabled: true, forced: false } }
    const found = compile([change], { ...present, tables: [secured] })
    expect(codes(found)).toEqual(["warning VERSION_PARTIAL_RIGHTS"])
    expect(found.findings[0]?.message).toContain("clerk")
  })
})

describe("the new shape", () => {
  const after = catalog({
    ...users,
    columns: [
      column("id", "bigint"),
      column("full_name", "text"),
      column("email", "character varying(50)", { default: "'-'" }),
      column("note", "text", { default: "'n'" }),
      column("plain", "text", { default: "'p'" }),
    ],
  })
  const relation = { schema: "public", name: "users" }
  const shown = [
    { relation, name: "full_name", physical: "name" },
    { relation, name: "email", physical: "_sluice_new_email" },
    { relation: { schema: "other", name: "users" }, name: "id", physical: "nowhere" },
  ]

  test("names the column that holds each, casts what has another type, and sets what has another default", () => {
    const sync = usersSync({
      old: [],
      new: [
        syncColumn("_sluice_new_email", "text", "email", { added: true }),
        syncColumn("note", "text", "name", { added: true }),
      ],
      sources: [],
    })
    const sources = { before: catalog(users), after, syncs: [sync], shown }
    expect(newShape(relation, sources)).toEqual([
      { name: "id", physical: "id", type: "bigint", cast: false, default: null },
      { name: "full_name", physical: "name", type: "text", cast: false, default: null },
      { name: "email", physical: "_sluice_new_email", type: "character varying(50)", cast: true, default: "('-')" },
      { name: "note", physical: "note", type: "text", cast: false, default: "('n')" },
      // Not added by dual write: the table has it with its default from the beginning.
      { name: "plain", physical: "plain", type: "text", cast: false, default: null },
    ])
    expect(newShape({ schema: "public", name: "gone" }, sources)).toEqual([])
  })
})
