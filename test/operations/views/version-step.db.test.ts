import { afterEach, beforeAll, expect, test } from "vitest"
import { loadParser } from "../../../src/sql/parser.ts"
import { observed, users, versioned } from "./versioned.ts"
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

test("sees exactly our views: before, after, and anything unforeseen", async () => {
  const { database, step } = await begin(users)
  expect(await observed(database, step)).toBe("after")
  await database.query("CREATE FUNCTION public_0001_now.f() RETURNS int LANGUAGE sql AS 'SELECT 1'")
  expect(await observed(database, step)).toBe("other")
  await database.query("DROP FUNCTION public_0001_now.f()")
  await database.query("CREATE VIEW public_0001_now.more AS SELECT 1 AS one")
  expect(await observed(database, step)).toBe("other")
  await database.query(`DROP VIEW public_0001_now.more;
      DROP VIEW public_0001_now.users; CREATE VIEW public_0001_now.users AS SELECT id FROM public.users`)
  expect(await observed(database, step)).toBe("other")
  await database.query("DROP SCHEMA public_0001_now CASCADE; CREATE SCHEMA public_0001_now")
  expect(await observed(database, step)).toBe("other")
  await database.query("DROP SCHEMA public_0001_now")
  expect(await observed(database, step)).toBe("before")
  await database.query(step.sql)
  expect(await observed(database, step)).toBe("after")
})

test("its undo leaves nothing behind, can be repeated, and takes nothing of anybody else along", async () => {
  const { database, step } = await begin(users)
  await database.query("CREATE SCHEMA theirs; CREATE VIEW theirs.v AS SELECT id FROM public_0001_now.users")
  await expect(database.query(step.undo ?? "")).rejects.toMatchObject({ code: "2BP01" })
  await database.query("DROP SCHEMA theirs CASCADE")
  for (const _ of [1, 2]) {
    await database.query(step.undo ?? "")
    expect(await observed(database, step)).toBe("before")
  }
  expect(await database.query("SELECT FROM sluice.version_schema")).toEqual([])
})
