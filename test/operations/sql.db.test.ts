import { beforeAll, expect, onTestFinished, test } from "vitest"
import type { Catalog } from "../../src/catalog/model.ts"
import type { SqlStep } from "../../src/domain/step.ts"
import { sqlOperation } from "../../src/operations/sql.ts"
import type { SqlInput } from "../../src/operations/sql.ts"
import { loadParser } from "../../src/sql/parser.ts"
import { createDatabase } from "../harness/database.ts"
import type { TestDatabase } from "../harness/database.ts"
import { planContext } from "./plan-context.ts"

beforeAll(loadParser)

const empty: Catalog = {
  serverMajor: 15,
  schemas: [],
  tables: [],
  otherRelations: [],
  functions: [],
  versionSchemas: [],
  rights: { role: "postgres", schemas: [], defaults: [] },
}
const schema = 'Weird "Schema.x'
const pinned = "SET search_path = pg_catalog;"

function stepOf(input: SqlInput): SqlStep {
  const [step] = sqlOperation.expand(input, empty, planContext(empty, { defaultSchema: schema, revision: "0001_x" }))
  if (step?.action !== "sql") throw new Error("one sql step expected")
  return step
}

async function database(): Promise<TestDatabase> {
  const created = await createDatabase({
    schema: `CREATE SCHEMA "Weird ""Schema.x"; CREATE TABLE "Weird ""Schema.x"."T é" (a text NOT NULL)`,
  })
  onTestFinished(() => created.drop())
  return created
}

async function observed(at: TestDatabase, step: SqlStep): Promise<unknown> {
  const [row] = await at.query(step.observe)
  return Object.values(row ?? {})[0]
}

async function relations(at: TestDatabase): Promise<readonly unknown[]> {
  const rows = await at.query(
    `SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = $1 ORDER BY 1`,
    [schema],
  )
  return rows.map(({ relname }) => relname)
}

test("a script finds and makes its relations in the default schema, and its way back takes them away", async () => {
  const at = await database()
  const step = stepOf({
    up: `CREATE TABLE "New" (a bigint); -- one
      CREATE VIEW v AS SELECT a FROM "T é" -- two`,
    down: `DROP VIEW v; DROP TABLE "New"`,
  })
  await at.query(`${pinned} BEGIN; ${step.sql} COMMIT;`)
  expect(await relations(at)).toEqual(["New", "T é", "v"])
  await at.query(`${pinned} BEGIN; ${step.undo} COMMIT;`)
  expect(await relations(at)).toEqual(["T é"])
})

test("after the script the session sees pg_catalog alone again, also within the transaction", async () => {
  const at = await database()
  const step = stepOf({ up: "CREATE VIEW v AS SELECT 1 AS a" })
  await expect(at.query(`${pinned} BEGIN; ${step.sql} SELECT * FROM v; COMMIT;`)).rejects.toThrow('"v" does not exist')
})

test("a concurrent build is seen to be missing, broken, done, or somebody else's", async () => {
  const at = await database()
  const step = stepOf({ up: `CREATE INDEX CONCURRENTLY "I.x" ON "T é" (a)` })
  expect(await observed(at, step)).toBe("before")

  // As a build leaves it that was broken off: valid is what PostgreSQL itself sets last.
  await at.query(step.sql)
  expect(await observed(at, step)).toBe("after")
  await at.query("UPDATE pg_index SET indisvalid = false WHERE indexrelid = $1::regclass", ['"Weird ""Schema.x"."I.x"'])
  expect(await observed(at, step)).toBe("partial")
  await at.query(step.repair ?? "")
  expect(await observed(at, step)).toBe("before")

  await at.query(`CREATE TABLE "Weird ""Schema.x"."I.x" ()`)
  expect(await observed(at, step)).toBe("other")
})

test("the undo of a concurrent build may come twice, or without a build", async () => {
  const at = await database()
  const step = stepOf({ up: `CREATE INDEX CONCURRENTLY i ON "T é" (a)` })
  await at.query(step.undo ?? "")
  await at.query(`${pinned} ${step.sql.replace(" CONCURRENTLY", "")}`)
  await at.query(step.undo ?? "")
  await at.query(step.undo ?? "")
  expect(await relations(at)).toEqual(["T é"])
})

test("a concurrent drop is seen, and may come twice", async () => {
  const at = await database()
  await at.query(`CREATE INDEX i ON "Weird ""Schema.x"."T é" (a)`)
  const step = stepOf({ up: "DROP INDEX CONCURRENTLY i", down: `CREATE INDEX CONCURRENTLY i ON "T é" (a)` })
  expect(await observed(at, step)).toBe("before")
  await at.query(step.sql)
  await at.query(step.sql)
  expect(await observed(at, step)).toBe("after")
  await at.query(step.undo ?? "")
  expect(await observed(at, step)).toBe("before")
})
