import { beforeAll, expect, onTestFinished, test } from "vitest"
import { precheck } from "../../src/execution/precheck.ts"
import { loadParser } from "../../src/sql/parser.ts"
import { createDatabase } from "../harness/database.ts"
import { nickGroup, usersSync } from "../operations/sync/split-name.ts"
import { beginFilling } from "./filling.ts"

// PostgreSQL refuses to update rows that a publication sends and that nothing tells apart: a run stopped at its first
// batch, long after its gate.

beforeAll(loadParser)

const keyed = "CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL);"
const bare = "CREATE TABLE users (id int NOT NULL, name text NOT NULL);"
const parted = `CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL) PARTITION BY RANGE (id);
  CREATE TABLE users_1 PARTITION OF users FOR VALUES FROM (0) TO (100);`

/** What precheck says of replica identities, and what PostgreSQL says of an update. */
async function judged(schema: string): Promise<{ readonly findings: readonly string[]; readonly updates: boolean }> {
  const database = await createDatabase({ schema: `${schema} INSERT INTO users VALUES (1, 'a');` })
  onTestFinished(() => database.drop())
  const { run } = await beginFilling(database, usersSync(nickGroup()))
  const findings = (await precheck(run)).filter(({ code }) => code === "REPLICA_IDENTITY_MISSING")
  const update = database.query("UPDATE users SET name = name")
  const updates = await update.then(
    () => true,
    () => false,
  )
  return { findings: findings.map(({ severity, message, hint }) => `${severity}: ${message} ${hint ?? ""}`), updates }
}

const every = "CREATE PUBLICATION pub FOR ALL TABLES;"
const rooted = "CREATE PUBLICATION pub FOR TABLE users WITH (publish_via_partition_root = true);"

test.each([
  ["no key", `${bare} CREATE PUBLICATION pub FOR TABLE users;`],
  ["no key, all tables", `${bare} ${every}`],
  ["no key, its schema", `${bare} CREATE PUBLICATION pub FOR TABLES IN SCHEMA public;`],
  ["NOTHING", `${keyed} ALTER TABLE users REPLICA IDENTITY NOTHING; ${every}`],
  ["a deferrable key", `${bare} ALTER TABLE users ADD PRIMARY KEY (id) DEFERRABLE; ${every}`],
  [
    "an index that is gone",
    `${bare} CREATE UNIQUE INDEX u ON users (id); ALTER TABLE users REPLICA IDENTITY USING INDEX u; DROP INDEX u; ${every}`,
  ],
  ["a partition by its parent", `${parted} ALTER TABLE users_1 REPLICA IDENTITY NOTHING; ${rooted}`],
])("%s: refused with the statement that mends it", async (_, schema) => {
  const { findings, updates } = await judged(schema)
  expect(updates).toBe(false)
  expect(findings).toEqual([
    expect.stringMatching(
      /^error: .*publication pub would send it.*ALTER TABLE "public"\."users(_1)?" REPLICA IDENTITY FULL;/,
    ),
  ])
})

test.each([
  ["a key", `${keyed} ${every}`],
  ["FULL", `${bare} ALTER TABLE users REPLICA IDENTITY FULL; ${every}`],
  ["inserts alone", `${bare} CREATE PUBLICATION pub FOR TABLE users WITH (publish = 'insert, delete');`],
  ["another table", `${bare} CREATE TABLE other (); CREATE PUBLICATION pub FOR TABLE other;`],
  [
    "a parent without identity, whose partitions have theirs",
    `${parted} ALTER TABLE users REPLICA IDENTITY NOTHING; ${rooted}`,
  ],
  ["unlogged", `${bare} ALTER TABLE users SET UNLOGGED; ${every}`],
])("%s: nothing to say", async (_, schema) => {
  const { findings, updates } = await judged(schema)
  expect({ findings, updates }).toEqual({ findings: [], updates: true })
})
