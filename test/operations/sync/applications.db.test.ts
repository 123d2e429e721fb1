import { afterEach, beforeAll, describe, expect, test } from "vitest"
import { Client } from "pg"
import type { SyncGroup } from "../../../src/domain/backfill.ts"
import { syncStep } from "../../../src/operations/sync/install.ts"
import { loadParser } from "../../../src/sql/parser.ts"
import { createDatabase, createRole } from "../../harness/database.ts"
import type { TestDatabase } from "../../harness/database.ts"
import { databaseWithSync, nickGroup, splitNameGroup, syncColumn, usersSync } from "./split-name.ts"

let database: TestDatabase | undefined
beforeAll(loadParser)
afterEach(async () => {
  await database?.drop()
  database = undefined
})

const users = "CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL);"

async function values(text: string): Promise<unknown[][]> {
  return ((await database?.query<object>(text)) ?? []).map((found) => Object.values(found) as unknown[])
}

describe("which shape a write is of is read from its row, never from the session", () => {
  const version = '"public_V 2"'

  test.each([version, `${version}, public`, `public, ${version}`, "public", "pg_catalog", "''"])(
    "under search_path %s",
    async (path) => {
      database = await databaseWithSync(users, usersSync(splitNameGroup()))
      await database.query(
        `CREATE SCHEMA ${version}; CREATE VIEW ${version}.users AS SELECT id, first_name, last_name FROM public.users`,
      )
      await database.query(`SET search_path = ${path};
        INSERT INTO ${version}.users VALUES (1, 'bob', 'lee');
        INSERT INTO public.users (id, name) VALUES (2, 'ada  byron'), (3, 'x y');
        UPDATE ${version}.users SET last_name = 'Z' WHERE id = 3`)
      expect(await values("SELECT name, first_name, last_name FROM public.users ORDER BY id")).toEqual([
        ["bob lee", "bob", "lee"],
        ["ada  byron", "ada", "byron"],
        ["x Z", "x", "Z"],
      ])
    },
  )
})

describe("an application that isn't ours to change", () => {
  test("still gets its NOT NULL error where `down` makes an empty text of NULL", async () => {
    const group: SyncGroup = {
      ...splitNameGroup(),
      old: [syncColumn("name", "text", "concat_ws(' ', first_name, last_name)", { notNull: true })],
    }
    database = await databaseWithSync(users, usersSync(group))
    await database.query("INSERT INTO users (id, name) VALUES (1, 'Ada Byron')")
    for (const statement of [
      "INSERT INTO users (id, name) VALUES (2, NULL)",
      "INSERT INTO users (id) VALUES (2)",
      "UPDATE users SET name = NULL",
    ])
      await expect(database.query(statement), statement).rejects.toMatchObject({ code: "23502" })
    expect(await values("SELECT name, first_name FROM users")).toEqual([["Ada Byron", "Ada"]])
  })

  test("finds its generated column right, whichever shape is written", async () => {
    database = await databaseWithSync(
      "CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL, shout text GENERATED ALWAYS AS (upper(name)) STORED)",
      usersSync(splitNameGroup()),
    )
    await database.query(`INSERT INTO users (id, first_name, last_name) VALUES (1, 'ada', 'byron'), (2, 'x', 'y');
      INSERT INTO users (id, name) VALUES (3, 'old one');
      UPDATE users SET last_name = 'z' WHERE id = 2; UPDATE users SET name = 'older one' WHERE id = 3`)
    expect(await values("SELECT shout, first_name FROM users ORDER BY id")).toEqual([
      ["ADA BYRON", "ada"],
      ["X Z", "x"],
      ["OLDER ONE", "older"],
    ])
  })

  test("is held to its policies by what is stored, not by what it wrote", async () => {
    database = await databaseWithSync(users, usersSync(splitNameGroup()))
    const role = await createRole()
    await database.query(`GRANT SELECT, INSERT, UPDATE ON users TO ${role.name};
      ALTER TABLE users ENABLE ROW LEVEL SECURITY; CREATE POLICY no_root ON users USING (name <> 'root user')`)
    const client = new Client({ connectionString: database.urlAs(role).reveal() })
    await client.connect()
    await client.query("INSERT INTO users (id, first_name, last_name) VALUES (1, 'ada', 'byron')")
    for (const statement of [
      "INSERT INTO users (id, first_name, last_name) VALUES (2, 'root', 'user')",
      "UPDATE users SET first_name = 'root', last_name = 'user'",
    ])
      await expect(client.query(statement), statement).rejects.toMatchObject({ code: "42501" })
    await client.end()
    expect(await values("SELECT name FROM users")).toEqual([["ada byron"]])
    await database.query(`DROP OWNED BY ${role.name}`)
    await role.drop()
  })

  test("is heard in a transaction that is older than the trigger", async () => {
    const sync = usersSync(nickGroup())
    database = await createDatabase({
      schema: `${users} INSERT INTO users VALUES (1, 'ADA'); CREATE SCHEMA sluice; CREATE TABLE other ()`,
    })
    const client = new Client({ connectionString: database.url.reveal() })
    await client.connect()
    await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM other")
    await database.query(syncStep(sync, "expand/users/sync").sql)
    await client.query("UPDATE users SET name = 'BOB'; INSERT INTO users (id, name) VALUES (2, 'EVE'); COMMIT")
    await client.end()
    expect(await values("SELECT nick FROM users ORDER BY id")).toEqual([["bob"], ["eve"]])
  })

  test("may take a partition away: it can be written as a table of its own, and the others go on", async () => {
    database = await databaseWithSync(
      `CREATE TABLE users (id int NOT NULL, name text NOT NULL) PARTITION BY RANGE (id);
       CREATE TABLE users_low PARTITION OF users FOR VALUES FROM (0) TO (10);
       CREATE TABLE users_high PARTITION OF users FOR VALUES FROM (10) TO (20)`,
      usersSync(nickGroup()),
    )
    await database.query(`ALTER TABLE users DETACH PARTITION users_low;
      INSERT INTO users_low (id, name) VALUES (1, 'ALONE'); INSERT INTO users (id, name) VALUES (11, 'ADA')`)
    expect(await values("SELECT name, nick FROM users")).toEqual([["ADA", "ada"]])
    await database.query(`ALTER TABLE users ATTACH PARTITION users_low FOR VALUES FROM (0) TO (10);
      UPDATE users SET id = id`)
    expect(await values("SELECT nick FROM users ORDER BY id")).toEqual([["alone"], ["ada"]])
  })
})
