import { afterEach, beforeAll, expect, test } from "vitest"
import type { VersionSchema } from "../../../src/domain/versions.ts"
import { createVersionSchema, createVersionViews } from "../../../src/operations/views/create-version.ts"
import { dropVersionsStep, hideVersionStep } from "../../../src/operations/views/end-version.ts"
import { versionSchemaOf } from "../../../src/operations/views/names.ts"
import { presentViews } from "../../../src/planner/version-views.ts"
import { lockRelations } from "../../../src/execution/lock-relations.ts"
import { withSession } from "../../../src/postgres/session.ts"
import { loadParser } from "../../../src/sql/parser.ts"
import { waitUntil } from "../../../src/stack/wait-until.ts"
import { createRole } from "../../harness/database.ts"
import type { TestDatabase } from "../../harness/database.ts"
import { application, catalogOf, observed, users, versioned } from "./versioned.ts"

let database: TestDatabase
let first: VersionSchema

beforeAll(loadParser)
afterEach(() => database.drop())

async function begin(): Promise<void> {
  const made = await versioned(users)
  database = made.database
  first = made.version
}

/** The version of the tables as they are now. */
async function present(revision: string): Promise<VersionSchema> {
  const version = versionSchemaOf("public", revision)
  await withSession({ url: database.url, applicationName: "test" }, async (session) => {
    const { rights, ...catalog } = await catalogOf(session, "public")
    await session.query(createVersionSchema(version, rights))
    const views = presentViews(version, { ...catalog, rights })
    for (const statement of createVersionViews(version, views, rights)) await session.query(statement)
  })
  return version
}

const schemas = async (): Promise<readonly string[]> => {
  const rows = await database.query<{ name: string }>(
    "SELECT nspname::text AS name FROM pg_namespace WHERE nspname ~ 'public_' ORDER BY nspname",
  )
  return rows.map(({ name }) => name)
}

test("hidden and back again, each seen as it is, whoever has dropped a schema of that name before", async () => {
  await begin()
  const hide = hideVersionStep(first, [])
  await database.query(
    `INSERT INTO sluice.version_schema (name, base, hidden_at) VALUES ('_sluice_${first.name}', 'public', now())`,
  )
  for (const _ of [1, 2]) {
    expect(await observed(database, hide)).toBe("before")
    await database.query(hide.sql)
    expect(await observed(database, hide)).toBe("after")
    expect(await schemas()).toEqual([`_sluice_${first.name}`])
    await database.query(hide.undo ?? "")
  }
  await database.query("DELETE FROM sluice.version_schema")
  expect(await observed(database, hide)).toBe("other")
})

test("a purge takes along what earlier runs still keep, so that columns can be dropped; their own purge finds it done", async () => {
  await begin()
  const second = await present("0002")
  const [hideFirst, hideSecond] = [hideVersionStep(first, []), hideVersionStep(second, [])]
  await database.query(hideFirst.sql)
  await database.query(hideSecond.sql)
  const third = await present("0003")
  await expect(database.query("ALTER TABLE users DROP COLUMN email")).rejects.toMatchObject({ code: "2BP01" })
  const [dropFirst, dropSecond] = [dropVersionsStep("public", [first]), dropVersionsStep("public", [second])]
  expect(await observed(database, dropSecond)).toBe("before")
  await database.query(dropSecond.sql)
  expect(await observed(database, dropSecond)).toBe("after")
  expect(await observed(database, dropFirst)).toBe("after")
  expect(await schemas()).toEqual([third.name])
  expect(await database.query("SELECT name FROM sluice.version_schema")).toEqual([{ name: third.name }])
})

test("a purge leaves alone what a later run has hidden, and what isn't ours in a schema stops it", async () => {
  await begin()
  await database.query(hideVersionStep(first, []).sql)
  const second = await present("0002")
  await database.query(hideVersionStep(second, []).sql)
  const drop = dropVersionsStep("public", [first])
  await database.query(`CREATE FUNCTION _sluice_${first.name}.theirs() RETURNS int LANGUAGE sql AS 'SELECT 1'`)
  await expect(database.query(drop.sql)).rejects.toMatchObject({ code: "2BP01" })
  await database.query(`DROP FUNCTION _sluice_${first.name}.theirs()`)
  await database.query(drop.sql)
  expect(await schemas()).toEqual([`_sluice_${second.name}`])
})

test("a statement that waits at the contract looks its names up again, and doesn't write through the hidden view", async () => {
  await begin()
  const relation = { schema: "public", name: "users" }
  const hide = hideVersionStep(first, [relation, { schema: "other", name: "users" }])
  expect(hide.relations).toEqual([{ schema: first.name, name: "users" }])
  await withSession({ url: database.url, applicationName: "contract" }, (session) =>
    application(database.url, first.name, async (straggler) => {
      let writing: Promise<unknown> = Promise.resolve()
      await session.transaction(async () => {
        await lockRelations(session, [relation, ...hide.relations], "AccessExclusive", 1_000)
        await session.query(hide.sql)
        writing = straggler.query("UPDATE users SET name = 'late' WHERE id = 1").catch((error: unknown) => error)
        await waitUntil(isWaiting, { timeoutMs: 10_000 })
      })
      expect(await writing).toMatchObject({ code: "42P01" })
    }),
  )
  expect(await database.query("SELECT name FROM public.users WHERE id = 1")).toEqual([{ name: "Ada" }])
})

async function isWaiting(): Promise<true | null> {
  const waiting = await database.query(
    "SELECT FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
  )
  return waiting.length > 0 ? true : null
}

test("what a purge has dropped can be made again, earlier runs' versions too, with its rights and defaults", async () => {
  const [app, owner] = [await createRole({ prefix: "app" }), await createRole({ prefix: "owner" })]
  try {
    await begin()
    await database.query(`
      GRANT SELECT, INSERT ON ${first.name}.users TO ${app.name};
      GRANT UPDATE (name) ON ${first.name}.users TO ${app.name} WITH GRANT OPTION;
      GRANT USAGE ON SCHEMA ${first.name} TO ${app.name};
      COMMENT ON VIEW ${first.name}.users IS 'It''s theirs';
      ALTER VIEW ${first.name}.users ALTER COLUMN name SET DEFAULT 'nobody';
      GRANT CREATE ON SCHEMA ${first.name} TO ${owner.name};
      ALTER VIEW ${first.name}.users OWNER TO ${owner.name};
      REVOKE CREATE ON SCHEMA ${first.name} FROM ${owner.name}`)
    await database.query(hideVersionStep(first, []).sql)
    const second = await present("0002")
    await database.query(hideVersionStep(second, []).sql)
    const drop = dropVersionsStep("public", [second])
    const facts = () =>
      database.query(`
        SELECT c.oid::regclass::text AS name, pg_get_viewdef(c.oid) AS definition, c.reloptions, ARRAY (SELECT a::text FROM unnest(coalesce(c.relacl, acldefault('r', c.relowner))) AS a ORDER BY 1) AS acl,
               pg_get_userbyid(c.relowner) AS owner, obj_description(c.oid, 'pg_class') AS comment, ARRAY (SELECT a::text FROM unnest(n.nspacl) AS a ORDER BY 1) AS schema_acl,
               obj_description(n.oid, 'pg_namespace') AS schema_comment, v.revision, v.created_at, v.hidden_at,
               ARRAY (SELECT a.attname || coalesce(a.attacl::text, '') || coalesce(pg_get_expr(d.adbin, d.adrelid), '')
                        FROM pg_attribute AS a LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
                       WHERE a.attrelid = c.oid AND a.attnum > 0 ORDER BY a.attnum) AS columns
          FROM sluice.version_schema AS v
          JOIN pg_namespace AS n ON n.nspname = v.name
          JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relkind = 'v'
         ORDER BY 1`)
    const before = await facts()
    expect(before.length).toBeGreaterThan(1)
    await database.query(drop.sql)
    expect(await facts()).toEqual([])
    await database.query("ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO PUBLIC")
    await database.query(drop.undo ?? "")
    expect(await facts()).toEqual(before)
    expect(await observed(database, drop)).toBe("before")
    expect(await database.query("SELECT FROM sluice.dropped_version")).toEqual([])
  } finally {
    await database.drop()
    await Promise.all([app.drop(), owner.drop()])
  }
})

test("a version of an earlier run that can't be made again doesn't hold up the others", async () => {
  await begin()
  await database.query(hideVersionStep(first, []).sql)
  await database.query("ALTER TABLE users ADD COLUMN later text")
  const second = await present("0002")
  await database.query(hideVersionStep(second, []).sql)
  const drop = dropVersionsStep("public", [second])
  await database.query(drop.sql)
  await database.query(
    "UPDATE sluice.dropped_version SET statements = statements || ARRAY ['SELECT gone FROM public.users'] WHERE name LIKE '%now'",
  )
  await database.query(drop.undo ?? "")
  expect(await schemas()).toEqual([`_sluice_${second.name}`])
})
