import { afterEach, beforeAll, afterAll, expect, test } from "vitest"
import { loadParser } from "../../../src/sql/parser.ts"
import { createVersionStep } from "../../../src/operations/views/create-version.ts"
import { presentViews } from "../../../src/planner/version-views.ts"
import { withSession } from "../../../src/postgres/session.ts"
import { createRole } from "../../harness/database.ts"
import type { TestRole } from "../../harness/database.ts"
import { application, catalogOf, rows, users, versioned, withColumns } from "./versioned.ts"
import type { Versioned, VersionedOptions } from "./versioned.ts"

const made: Versioned[] = []
beforeAll(loadParser)
afterEach(async () => {
  for (const { database } of made.splice(0)) await database.drop()
})

async function begin(given: string, options?: VersionedOptions): Promise<Versioned> {
  const result = await versioned(given, options)
  made.push(result)
  return result
}

const roles: TestRole[] = []
afterAll(async () => {
  for (const role of roles) await role.drop()
})

async function role(prefix: string): Promise<TestRole> {
  const created = await createRole({ prefix })
  roles.push(created)
  return created
}

test("grants are those of the table: single rights, PUBLIC, and the right to grant", async () => {
  const [reader, writer] = [await role("reader"), await role("writer")]
  const { database } = await begin(`${users}
      CREATE TABLE news (id integer); GRANT SELECT ON news TO PUBLIC;
      CREATE TABLE secrets (id integer);
      GRANT SELECT ON users TO ${reader.name} WITH GRANT OPTION;
      GRANT SELECT, INSERT, UPDATE ON users TO ${writer.name};`)
  const can = async (name: string): Promise<unknown> =>
    (
      await database.query(
        `SELECT array_agg(DISTINCT g.table_name || ' ' || g.privilege_type || ' ' || g.is_grantable) AS found
             FROM information_schema.role_table_grants AS g WHERE g.table_schema = $1 AND g.grantee IN ($2, $3, 'PUBLIC')`,
        [name, reader.name, writer.name],
      )
    )[0]
  expect(await can("public_0001_now")).toEqual(await can("public"))
  await application(database.urlAs(reader), "public_0001_now", async (client) => {
    expect(await rows(client, "SELECT count(*)::int AS n FROM users, news")).toEqual([{ n: 0 }])
    await expect(client.query("INSERT INTO users (name) VALUES ('x')")).rejects.toMatchObject({ code: "42501" })
    await expect(client.query("TABLE secrets")).rejects.toMatchObject({ code: "42501" })
  })
  await application(database.urlAs(writer), "public_0001_now", async (client) => {
    await client.query("INSERT INTO users (name) VALUES ('x')")
    await expect(client.query("DELETE FROM users")).rejects.toMatchObject({ code: "42501" })
  })
})

test("what is taken from a role on the table is taken from it on the view", async () => {
  const reader = await role("reader")
  const { database } = await begin(`${users} GRANT SELECT ON users TO ${reader.name}`)
  await application(database.urlAs(reader), "public_0001_now", async (client) => {
    await client.query("TABLE users")
    await database.query(`REVOKE SELECT ON users FROM ${reader.name}`)
    await expect(client.query("TABLE users")).rejects.toMatchObject({ code: "42501" })
  })
})

test("rights on single columns, and writing without reading, hold on the view; nobody gets more", async () => {
  const [owner, clerk, logger, other] = [
    await role("owner"),
    await role("clerk"),
    await role("logger"),
    await role("o"),
  ]
  const { database, views } = await begin(
    `ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO ${other.name};
       ${users}
       REVOKE ALL ON users FROM ${other.name};
       GRANT SELECT (id, name), UPDATE (name) ON users TO ${clerk.name};
       GRANT INSERT ON users TO ${logger.name};`,
    { as: owner },
  )
  expect(views[0]).toMatchObject({ rights: "owner", owner: null })
  await application(database.urlAs(clerk), "public_0001_now", async (client) => {
    expect(await rows(client, "UPDATE users SET name = 'Z' WHERE id = 1 RETURNING id, name")).toEqual([
      { id: "1", name: "Z" },
    ])
    await expect(client.query("SELECT email FROM users")).rejects.toMatchObject({ code: "42501" })
  })
  await application(database.urlAs(logger), "public_0001_now", async (client) => {
    await client.query("INSERT INTO users (name) VALUES ('x')")
    await expect(client.query("SELECT id FROM users")).rejects.toMatchObject({ code: "42501" })
  })
  await application(database.urlAs(other), "public_0001_now", async (client) => {
    await expect(client.query("SELECT id FROM users")).rejects.toMatchObject({ code: "42501" })
  })
})

test("a column's grant follows the column to its new name", async () => {
  const clerk = await role("clerk")
  const { database } = await begin(`${users} GRANT SELECT (id, name) ON users TO ${clerk.name};`, {
    shape: (catalog) => ({
      after: withColumns(catalog, "users", (column) => [
        column.name === "name" ? { ...column, name: "full_name" } : column,
      ]),
      shown: [{ relation: { schema: "public", name: "users" }, name: "full_name", physical: "name" }],
    }),
  })
  await application(database.urlAs(clerk), "public_0001_now", async (client) => {
    expect(await rows(client, "SELECT full_name FROM users WHERE id = 1")).toEqual([{ full_name: "Ada" }])
  })
})

test("another role's table with rights on single columns keeps its owner's rights and no more", async () => {
  const [sluice, team, clerk] = [await role("sluice"), await role("team"), await role("clerk")]
  const { database, views } = await begin("SELECT", { as: sluice })
  await database.query(`GRANT ${team.name} TO ${sluice.name}; SET ROLE ${sluice.name};
      CREATE SCHEMA shop; GRANT USAGE ON SCHEMA shop TO ${clerk.name}; GRANT ALL ON SCHEMA shop TO ${team.name};
      SET ROLE ${team.name};
      CREATE TABLE shop.bill (id integer, secret text); INSERT INTO shop.bill VALUES (1, 'x');
      GRANT SELECT (id) ON shop.bill TO ${clerk.name};`)
  expect(views).toEqual([])
  const version = { name: "shop_0001", base: "shop", revision: "0001" }
  const step = await withSession({ url: database.urlAs(sluice), applicationName: "test" }, async (session) => {
    const catalog = await catalogOf(session, "shop")
    const made = createVersionStep(version, presentViews(version, catalog), catalog.rights)
    await session.query(made.sql)
    return made
  })
  expect(step.needs).toContainEqual({ kind: "own", relation: { schema: "shop", name: "bill" } })
  await application(database.urlAs(clerk), "shop_0001", async (client) => {
    expect(await rows(client, "SELECT id FROM bill")).toEqual([{ id: 1 }])
    await expect(client.query("SELECT secret FROM bill")).rejects.toMatchObject({ code: "42501" })
  })
  const [may] = await database.query(`SELECT has_schema_privilege('${team.name}', 'shop_0001', 'CREATE') AS may`)
  expect(may).toEqual({ may: false })
})

test("row-level security counts for whoever uses the view, also where it comes later", async () => {
  const [tenant, owner] = [await role("tenant"), await role("owner")]
  const { database, views } = await begin(
    `CREATE TABLE notes (tenant text DEFAULT current_user, body text);
       CREATE TABLE open (tenant text, body text);
       INSERT INTO notes VALUES ('somebody else', 'hidden'); INSERT INTO open VALUES ('somebody else', 'hidden');
       ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
       CREATE POLICY own ON notes USING (tenant = current_user);
       CREATE POLICY own ON open USING (tenant = current_user);
       GRANT SELECT, INSERT ON notes, open TO ${tenant.name};`,
    { as: owner },
  )
  expect(views.map(({ rights }) => rights)).toEqual(["caller", "caller"])
  await application(database.urlAs(tenant), "public_0001_now", async (client) => {
    await client.query("INSERT INTO notes (body) VALUES ('mine')")
    expect(await rows(client, "SELECT body FROM notes")).toEqual([{ body: "mine" }])
    const foreign = client.query("INSERT INTO notes VALUES ('somebody else', 'x')")
    await expect(foreign).rejects.toMatchObject({ code: "42501" })
    expect(await rows(client, "SELECT body FROM open")).toEqual([{ body: "hidden" }])
    await database.query("ALTER TABLE open ENABLE ROW LEVEL SECURITY")
    expect(await rows(client, "SELECT body FROM open")).toEqual([])
  })
})
