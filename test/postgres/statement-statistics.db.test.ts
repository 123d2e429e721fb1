import { truncateSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { readStatementStatistics } from "../../src/postgres/statement-statistics.ts"
import { withSession } from "../../src/postgres/session.ts"
import { createDatabase, createRole, runAt, type TestDatabase, type TestRole } from "../harness/database.ts"
import { OwnCluster } from "../harness/own-cluster.ts"

const schema = `
  CREATE TABLE people (id int PRIMARY KEY, name text);
  CREATE TABLE "Pe""ople" (id int, name text);`

let database: TestDatabase
let seer: TestRole
let blind: TestRole

beforeAll(async () => {
  database = await createDatabase({
    schema: `${schema} CREATE SCHEMA "Stat S"; CREATE EXTENSION pg_stat_statements SCHEMA "Stat S"`,
  })
  await database.query(`GRANT USAGE ON SCHEMA "Stat S" TO PUBLIC; GRANT ALL ON people, "Pe""ople" TO PUBLIC`)
  seer = await createRole({ memberOf: ["pg_read_all_stats"] })
  blind = await createRole()
})
afterAll(async () => {
  await database?.drop()
  await seer?.drop()
  await blind?.drop()
})

const url = (role?: TestRole) => (role ? database.urlAs(role) : database.url)
const look = (where: ReturnType<typeof url>, words: readonly [string, string][] = [["people", "name"]]) =>
  withSession({ url: where, applicationName: "test" }, (session) => readStatementStatistics(session, words))
const run = (text: string, role?: TestRole) => runAt(url(role), text)
const textsOf = ({ statements }: Awaited<ReturnType<typeof look>>) => statements.map(({ text }) => text)

describe("where the extension is, in whichever schema", () => {
  test("statements are found by two words, with their role and how often they ran", async () => {
    for (const name of ["a", "b"]) await run(`SELECT Name FROM People WHERE name = '${name}'`, blind)
    await run(`SELECT name FROM "Pe""ople"`)
    await run("SELECT id FROM people")
    const found = await look(url(seer))
    expect(found).toMatchObject({ unknown: null, reset: expect.stringMatching(/^2/), dropped: expect.any(Number) })
    expect(found.statements.filter(({ role }) => role === blind.name)).toMatchObject([
      {
        role: blind.name,
        calls: 2,
        text: "SELECT Name FROM People WHERE name = $1",
        id: expect.stringMatching(/^-?\d+$/),
      },
    ])
    for (const other of ["name", ""])
      expect(textsOf(await look(url(seer), [[`pe""ople`, other]]))).toContain(`SELECT name FROM "Pe""ople"`)
    expect(textsOf(await look(url(seer), []))).toEqual([])
  })

  test("of another database nothing is shown", async () => {
    const other = await createDatabase({ schema: `${schema} CREATE EXTENSION pg_stat_statements` })
    try {
      expect(textsOf(await look(other.url)).filter((text) => /^SELECT/i.test(text))).toEqual([])
    } finally {
      await other.drop()
    }
  })

  test("a role that doesn't see the texts of others finds its own, and says what it lacks", async () => {
    await run("SELECT name FROM people WHERE id = 1", blind)
    await run("SELECT name FROM people WHERE id < 1")
    const found = await look(url(blind))
    expect(textsOf(found)).toContain("SELECT name FROM people WHERE id = $1")
    expect(textsOf(found)).not.toContain("SELECT name FROM people WHERE id < $1")
    expect(found.unknown).toEqual({
      reason: `the texts of other roles' statements are hidden from ${blind.name}`,
      hint: `GRANT pg_read_all_stats TO ${blind.name};`,
    })
  })

  test("a role that may not read it at all is told the GRANT, without a refusal in the server's log", async () => {
    await database.query(`REVOKE USAGE ON SCHEMA "Stat S" FROM PUBLIC`)
    try {
      expect((await look(url(seer))).unknown).toEqual({
        reason: `${seer.name} may not read pg_stat_statements`,
        hint: `GRANT USAGE ON SCHEMA "Stat S" TO ${seer.name}; GRANT SELECT ON "Stat S".pg_stat_statements TO ${seer.name};`,
      })
    } finally {
      await database.query(`GRANT USAGE ON SCHEMA "Stat S" TO PUBLIC`)
    }
  })

  test("where nothing is counted nothing is known", async () => {
    await database.query(`ALTER DATABASE ${database.name} SET pg_stat_statements.track = 'none'`)
    try {
      expect((await look(url(seer))).unknown?.reason).toContain("track is none")
    } finally {
      await database.query(`ALTER DATABASE ${database.name} RESET pg_stat_statements.track`)
    }
  })
})

test("without the extension nothing is known", async () => {
  const bare = await createDatabase({ schema })
  try {
    expect(await look(bare.url)).toMatchObject({ statements: [], unknown: { hint: expect.stringContaining("CREATE") } })
  } finally {
    await bare.drop()
  }
})

test("without the library nothing is known, also where somebody has named its settings", async () => {
  const cluster = await OwnCluster.start()
  try {
    const { url: at, query } = await cluster.createDatabase(`${schema} CREATE EXTENSION pg_stat_statements`)
    expect((await look(at)).unknown?.reason).toContain("isn't loaded")
    await query("ALTER ROLE postgres SET pg_stat_statements.track = 'top'").catch(() => {})
    expect((await look(at)).unknown?.reason).toContain("isn't loaded")
  } finally {
    await cluster.stop()
  }
})

test("a reset and what the server drops can be told", async () => {
  const cluster = await OwnCluster.start(() => ({
    shared_preload_libraries: "pg_stat_statements",
    "pg_stat_statements.max": "100",
  }))
  try {
    const { url: at, query } = await cluster.createDatabase(`${schema} CREATE EXTENSION pg_stat_statements`)
    const before = await look(at)
    await query("SELECT pg_stat_statements_reset()")
    const after = await look(at)
    expect(after.reset).not.toBe(before.reset)
    await query(Array.from({ length: 200 }, (_, n) => `SELECT ${"1, ".repeat(n)} 1`).join("; "))
    expect((await look(at)).dropped ?? 0).toBeGreaterThan(after.dropped ?? 0)
  } finally {
    await cluster.stop()
  }
})

test("more statements than are looked at, and texts that the server has lost, are told", async () => {
  const cluster = await OwnCluster.start(() => ({ shared_preload_libraries: "pg_stat_statements" }))
  try {
    const { url: at, query } = await cluster.createDatabase(`${schema} CREATE EXTENSION pg_stat_statements`)
    // Values and aliases make no other statement of it; operators do.
    const condition = (n: number): string =>
      [...n.toString(2)].map((bit) => `id ${bit === "1" ? "<" : ">"} 1`).join(" OR ")
    await query(Array.from({ length: 2_001 }, (_, n) => `SELECT name FROM people WHERE ${condition(n)}`).join("; "))
    const { statements, unknown } = await look(at)
    expect([statements.length, unknown?.reason]).toEqual([2_000, expect.stringContaining("more than 2000 statements")])
    // Its folder is full, say, when the server writes the texts anew.
    const [row] = await query<{ folder: string }>("SELECT current_setting('data_directory') AS folder")
    truncateSync(join(row?.folder ?? "", "pg_stat_tmp", "pgss_query_texts.stat"))
    expect((await look(at)).unknown?.reason).toContain("has lost the texts")
  } finally {
    await cluster.stop()
  }
})
