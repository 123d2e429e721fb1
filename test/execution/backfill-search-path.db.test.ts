import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { runBackfill } from "../../src/execution/backfill.ts"
import { runVerify } from "../../src/execution/verify.ts"
import { loadParser } from "../../src/sql/parser.ts"
import { createDatabase, type TestDatabase } from "../harness/database.ts"
import { nickGroup, usersSync } from "../operations/sync/split-name.ts"
import { beginFilling, countRows } from "./filling.ts"
import { attemptOf, Witness } from "./setting.ts"

/** What rows set off runs under the role's own search_path; what is computed of them means what it means in the triggers. */
let database: TestDatabase
beforeAll(loadParser)
beforeEach(async () => {
  database = await createDatabase()
})
afterEach(() => database.drop())

describe("a table is filled", () => {
  test("whose own trigger finds its tables by the role's search_path, as in any session", async () => {
    await database.query(`
      CREATE TABLE users (id integer PRIMARY KEY, name text NOT NULL);
      INSERT INTO users SELECT n, 'N ' || n FROM generate_series(1, 100) AS n;
      CREATE TABLE audit_log (id integer);
      CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN INSERT INTO audit_log VALUES (NEW.id); RETURN NULL; END $$;
      CREATE TRIGGER note AFTER UPDATE ON users FOR EACH ROW EXECUTE FUNCTION note();
      ALTER TABLE users ENABLE ALWAYS TRIGGER note`)
    const { run, backfill } = await beginFilling(database, usersSync(nickGroup()))
    expect(await runBackfill(run, backfill, attemptOf(), new Witness())).toMatchObject({ rows: 100 })
    expect(await countRows(database, "audit_log", "true")).toBe(100)
  })

  test("whatever bears PostgreSQL's names in a search_path that has pg_catalog late", async () => {
    await database.query(`
      CREATE TABLE users (id integer PRIMARY KEY, name text NOT NULL);
      INSERT INTO users SELECT n, 'N ' || n FROM generate_series(1, 100) AS n;
      CREATE SCHEMA evil;
      CREATE TABLE evil.pg_class (x integer);
      CREATE TABLE evil.pg_trigger (x integer);
      CREATE FUNCTION evil.lower(text) RETURNS text LANGUAGE sql AS 'SELECT NULL';
      CREATE FUNCTION evil.same(text, text) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION $$evil$$; END';
      CREATE OPERATOR evil.= (LEFTARG = text, RIGHTARG = text, FUNCTION = evil.same);
      CREATE TABLE audit_log (path text);
      CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN INSERT INTO audit_log VALUES (current_setting('search_path')); RETURN NULL; END $$;
      CREATE TRIGGER note AFTER UPDATE ON users FOR EACH ROW EXECUTE FUNCTION note();
      ALTER TABLE users ENABLE ALWAYS TRIGGER note;
      ALTER ROLE postgres IN DATABASE "${database.name}" SET search_path = evil, "pg_catalog", "$user", public`)
    const { run, backfill, verify } = await beginFilling(database, usersSync(nickGroup()))
    await runBackfill(run, backfill, attemptOf(), new Witness())
    expect(await runVerify(run, verify, attemptOf(), new Witness())).toMatchObject({ rows: 100 })
    expect(await countRows(database, "audit_log", `path OPERATOR(pg_catalog.=) 'evil, "$user", public'`)).toBe(100)
  })

  test("by the functions that the triggers call, where others are nearer to a column's type", async () => {
    await database.query(`
      CREATE TABLE users (id varchar(20) PRIMARY KEY, name varchar(20) NOT NULL);
      INSERT INTO users SELECT n, 'N ' || n FROM generate_series(1, 100) AS n;
      CREATE FUNCTION lower(varchar) RETURNS text LANGUAGE sql AS $$ SELECT 'another'::text $$;
      CREATE FUNCTION never(varchar, varchar) RETURNS boolean LANGUAGE sql AS 'SELECT false';
      CREATE OPERATOR <= (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = never);
      CREATE OPERATOR > (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = never)`)
    const { run, backfill, verify } = await beginFilling(database, usersSync(nickGroup()))
    await database.query("UPDATE users SET name = 'Touched' WHERE id = '1'")
    const witness = new Witness()
    await runBackfill(run, backfill, attemptOf(), witness)
    expect(witness.progressSeen.at(-1)).toMatchObject({ rowsDone: 100 })
    expect(await runVerify(run, verify, attemptOf(), new Witness())).toMatchObject({ rows: 100 })
    expect(await countRows(database, "users", "nick = 'n ' || id OR nick = 'touched'")).toBe(100)
  })
})
