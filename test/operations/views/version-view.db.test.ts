import { afterEach, beforeAll, describe, expect, test } from "vitest"
import { loadParser } from "../../../src/sql/parser.ts"
import { application, observed, rows, users, versioned, withColumns } from "./versioned.ts"
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

describe("an application writes through a view as through the table", () => {
  test("INSERT, UPDATE, DELETE, ON CONFLICT, RETURNING, FOR UPDATE, defaults, identity and generated columns", async () => {
    const { database } = await begin(users)
    await application(database.url, "public_0001_now", async (client) => {
      const inserted = await rows(client, "INSERT INTO users (name, email) VALUES ('Cid', 'cid@x') RETURNING *")
      expect(inserted).toEqual([{ id: "3", name: "Cid", email: "cid@x", visits: 7, shout: "CID" }])
      const upsert = `INSERT INTO users (name, email) VALUES ('Eve', 'ada@x')
        ON CONFLICT (email) DO UPDATE SET name = excluded.name, visits = users.visits + 1 RETURNING id, name, visits`
      expect(await rows(client, upsert)).toEqual([{ id: "1", name: "Eve", visits: 8 }])
      const nothing = "INSERT INTO users (name, email) VALUES ('No', 'bob@x') ON CONFLICT DO NOTHING RETURNING id"
      expect(await rows(client, nothing)).toEqual([])
      expect(await rows(client, "SELECT id FROM users WHERE name = 'Bob' FOR UPDATE")).toEqual([{ id: "2" }])
      expect(await rows(client, "UPDATE users SET name = 'Bo' WHERE id = 2 RETURNING shout")).toEqual([{ shout: "BO" }])
      expect(await rows(client, "DELETE FROM users WHERE id = 2 RETURNING id")).toEqual([{ id: "2" }])
    })
    const names = await database.query("SELECT name FROM public.users ORDER BY id")
    expect(names).toEqual([{ name: "Eve" }, { name: "Cid" }])
  })

  test("a prepared SELECT * goes on while the table gets another column; on the bare table it fails", async () => {
    const { database } = await begin(users)
    const named = { name: "all", text: "SELECT * FROM users ORDER BY id LIMIT 1" }
    await application(database.url, "public_0001_now, public", async (shielded) =>
      application(database.url, "public", async (bare) => {
        const before = await shielded.query(named)
        await bare.query(named)
        await database.query("ALTER TABLE users ADD COLUMN first_name text")
        expect((await shielded.query(named)).rows).toEqual(before.rows)
        await expect(bare.query(named)).rejects.toMatchObject({ code: "0A000" })
      }),
    )
  })

  test("names that need their quotes, in another schema; partitions are reached through their parent", async () => {
    const weird = 'Weird "Schema.x'
    const given = `CREATE SCHEMA "Weird ""Schema.x";
      CREATE TABLE "Weird ""Schema.x"."select from" ("Käse.""1" integer, "where" text, PRIMARY KEY ("Käse.""1")) PARTITION BY RANGE ("Käse.""1");
      CREATE TABLE "Weird ""Schema.x".part PARTITION OF "Weird ""Schema.x"."select from" FOR VALUES FROM (0) TO (10);
      CREATE TABLE "Weird ""Schema.x".empty ();`
    const revision = "0001.with-a-name.that.is-much-longer.than-postgresql-would-ever-keep"
    const { database, version, views, step } = await begin(given, { base: weird, revision })
    expect(Buffer.byteLength(version.name)).toBeLessThanOrEqual(63)
    expect(views.map(({ view }) => view.name)).toEqual(["select from"])
    expect(await observed(database, step)).toBe("after")
    await application(database.url, `"${version.name.replaceAll('"', '""')}"`, async (client) => {
      await client.query(`INSERT INTO "select from" VALUES (1, 'x')`)
      expect(await rows(client, 'TABLE "select from"')).toEqual([{ 'Käse."1': 1, where: "x" }])
    })
  })

  test("nothing of ours is shown", async () => {
    const { database, views } = await begin(`
      CREATE TABLE users (id integer PRIMARY KEY, _sluice_filled_12345678 boolean, name text);
      CREATE TABLE _sluice_employees (id integer)`)
    expect(views.map(({ view }) => view.name)).toEqual(["users"])
    await application(database.url, "public_0001_now", async (client) => {
      await client.query("INSERT INTO users VALUES (1, 'Ada')")
      expect(await rows(client, "TABLE users")).toEqual([{ id: 1, name: "Ada" }])
    })
  })
})

describe("the new shape over columns that are still the old ones", () => {
  test("a column stands under its new name, and its default is the version's own", async () => {
    const { database } = await begin(users, {
      shape: (catalog) => ({
        after: withColumns(catalog, "users", (column) => {
          if (column.name === "email") return []
          if (column.name === "visits") return [{ ...column, default: "100" }]
          return [column.name === "name" ? { ...column, name: "full name" } : column]
        }),
        shown: [{ relation: { schema: "public", name: "users" }, name: "full name", physical: "name" }],
      }),
    })
    await application(database.url, "public_0001_now", async (client) => {
      const inserted = await rows(client, `INSERT INTO users ("full name") VALUES ('Cid') RETURNING *`)
      expect(inserted).toEqual([{ id: "3", "full name": "Cid", visits: 100, shout: "CID" }])
    })
    const [old] = await database.query("INSERT INTO users (name) VALUES ('Dan') RETURNING visits")
    expect(old).toEqual({ visits: 7 })
  })

  test("a default that the new shape doesn't have any more isn't the table's", async () => {
    const { database } = await begin("CREATE TABLE t (id integer PRIMARY KEY, note text DEFAULT 'old')", {
      shape: (catalog) => ({ after: withColumns(catalog, "t", (column) => [{ ...column, default: null }]) }),
    })
    await application(database.url, "public_0001_now", async (client) => {
      expect(await rows(client, "INSERT INTO t VALUES (1) RETURNING note")).toEqual([{ note: null }])
    })
  })

  test("a column of another type is cast to exactly the promised one, and can only be read", async () => {
    const { database, step, views } = await begin("CREATE TABLE t (id integer PRIMARY KEY, label text, n bigint)", {
      shape: (catalog) => ({
        after: withColumns(catalog, "t", (column) => {
          const type = { id: "integer", label: "character varying(100)", n: "numeric(10,2)" }[column.name] ?? ""
          return [{ ...column, type }]
        }),
      }),
    })
    expect(await observed(database, step)).toBe("after")
    expect(views[0]?.columns.map(({ cast }) => cast)).toEqual([false, true, true])
    await application(database.url, "public_0001_now", async (client) => {
      await client.query("INSERT INTO public.t VALUES (1, 'x', 3)")
      const types = await rows(client, "SELECT pg_typeof(label)::text AS label, n::text FROM t")
      expect(types).toEqual([{ label: "character varying", n: "3.00" }])
      await client.query("INSERT INTO t (id) VALUES (2)")
      await expect(client.query("INSERT INTO t VALUES (3, 'y')")).rejects.toMatchObject({ code: "0A000" })
    })
  })
})
