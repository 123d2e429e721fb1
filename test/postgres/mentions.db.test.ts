import { afterAll, beforeAll, expect, test } from "vitest"
import type { ColumnName } from "../../src/domain/relation.ts"
import { readCatalog } from "../../src/postgres/catalog-reader.ts"
import { withSession } from "../../src/postgres/session.ts"
import { createDatabase, type TestDatabase } from "../harness/database.ts"

const plpgsql = (name: string, body: string): string =>
  `CREATE FUNCTION ${name}() RETURNS void LANGUAGE plpgsql AS $f$ BEGIN ${body} END $f$;`
const schema = `
  CREATE SCHEMA shop; CREATE SCHEMA sluice;
  CREATE TABLE public.users (id int, name text, "a.b$" text);
  ${plpgsql("public.plain", "PERFORM name FROM users;")}
  ${plpgsql('shop."Loud"', 'PERFORM U."name" FROM public.USERS AS U;')}
  ${plpgsql("public.odd", 'PERFORM "a.b$" FROM users;')}
  CREATE FUNCTION shop.in_sql(integer, text) RETURNS text LANGUAGE sql AS 'SELECT name FROM public.users WHERE id = $1';
  CREATE PROCEDURE shop.put() LANGUAGE plpgsql AS 'BEGIN UPDATE users SET name = NULL; END';
  ${plpgsql("public.longer_words", "PERFORM surname, name_x, name$, a_b$ FROM users;")}
  ${plpgsql("public.other_table", "PERFORM name FROM users_2;")}
  ${plpgsql("public.not_that_column", "PERFORM id FROM users;")}
  ${plpgsql("sluice.ours", "PERFORM name FROM users;")}
  CREATE FUNCTION public.parsed() RETURNS text LANGUAGE sql RETURN (SELECT name FROM public.users LIMIT 1);
  CREATE FUNCTION public.of_trigger() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM name FROM users; RETURN NEW; END';
  CREATE TRIGGER t BEFORE INSERT ON public.users FOR EACH ROW EXECUTE FUNCTION public.of_trigger();`

let database: TestDatabase
beforeAll(async () => {
  database = await createDatabase({ schema })
})
afterAll(() => database.drop())

async function mentions(columns: readonly string[]): Promise<readonly (readonly string[])[] | undefined> {
  const users = { schema: "public", name: "users" }
  const names = columns.map((column): ColumnName => ({ relation: users, column }))
  const catalog = await withSession({ url: database.url, applicationName: "test" }, (session) =>
    readCatalog(session, { schemas: ["public"], relations: [users], functions: [], columns: names }),
  )
  return catalog.mentions?.map((mention) => [mention.column, mention.function])
}

test("functions that name a table and a column of it are found by whole words, in whatever case and schema", async () => {
  expect(await mentions(["name"])).toEqual([
    ["name", "public.plain()"],
    ["name", 'shop."Loud"()'],
    ["name", "shop.in_sql(integer,text)"],
    ["name", "shop.put()"],
  ])
})

test("a name that isn't a word is taken as it stands", async () => {
  expect(await mentions(["a.b$", "no such column"])).toEqual([["a.b$", "public.odd()"]])
})

test("nobody's body is read where no column loses its name", async () => {
  expect(await mentions([])).toBeUndefined()
})
