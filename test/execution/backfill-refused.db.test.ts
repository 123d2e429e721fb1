import { afterEach, beforeAll, expect, test } from "vitest"
import { runBackfill } from "../../src/execution/backfill.ts"
import { loadParser } from "../../src/sql/parser.ts"
import { createDatabase, type TestDatabase } from "../harness/database.ts"
import { nickGroup, usersSync } from "../operations/sync/split-name.ts"
import { beginFilling } from "./filling.ts"
import { attemptOf, Witness } from "./setting.ts"

// A backfill whose UPDATE left every row as it was began pass after pass, for ever and without a word.

let database: TestDatabase
beforeAll(loadParser)
afterEach(() => database.drop())

test.each([
  [
    "a trigger that returns NULL",
    `CREATE FUNCTION never() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
     CREATE TRIGGER never BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION never();
     ALTER TABLE users ENABLE ALWAYS TRIGGER never`,
    "DROP TRIGGER never ON users",
  ],
  [
    "a rule that does nothing instead",
    "CREATE RULE never AS ON UPDATE TO users DO INSTEAD NOTHING; ALTER TABLE users ENABLE ALWAYS RULE never",
    "DROP RULE never ON users",
  ],
])("stops where %s keeps its UPDATE from the rows, and goes on once that is gone", async (_, keep, take) => {
  database = await createDatabase({
    schema: `CREATE TABLE users (id integer PRIMARY KEY, name text NOT NULL);
      INSERT INTO users SELECT n, 'N ' || n FROM generate_series(1, 20) AS n;`,
  })
  const { run, backfill } = await beginFilling(database, usersSync(nickGroup()), { lockBudgetMs: 500 })
  await database.query(keep)
  await expect(runBackfill(run, backfill, attemptOf(), new Witness())).rejects.toMatchObject({
    kind: "RefusedError",
    code: "ROWS_STAY_UNFILLED",
  })
  await database.query(take)
  expect(await runBackfill(run, backfill, attemptOf(), new Witness())).toMatchObject({ outcome: "done", rows: 20 })
})
