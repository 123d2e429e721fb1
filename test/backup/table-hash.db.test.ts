import { expect, onTestFinished, test } from "vitest"
import { hashTable, hashTableBy, type HashSubject } from "../../src/backup/table-hash.ts"
import { withSession } from "../../src/postgres/session.ts"
import { createDatabase } from "../harness/database.ts"

const subject: Omit<HashSubject, "method"> = { schema: "public", table: "odd", columns: ["a", "B c", "d", "e", "f"] }
const rows = `
  CREATE DOMAIN blob AS bytea; CREATE DOMAIN word AS varchar(50);
  CREATE TABLE odd (a numeric, "B c" text, d bytea, e blob, f word);
  INSERT INTO odd VALUES (1.0, 'x', '\\x00ff', '\\x01', 'w'), (NULL, NULL, NULL, NULL, NULL), (1.0, 'x', '\\x00ff', '\\x01', 'w')`

async function openRows() {
  const database = await createDatabase({ schema: rows })
  onTestFinished(() => database.drop())
  const hash = (method: HashSubject["method"]) =>
    withSession({ url: database.url, applicationName: "test" }, (session) =>
      session.transaction(() => hashTableBy(session, { ...subject, method }), { readOnly: true }),
    )
  return { database, hash }
}

test.each(["text", "parts"] as const)(
  "the hash by %s sees every change of a row, and not the rows' order",
  async (method) => {
    const { database, hash } = await openRows()
    const before = await hash(method)
    expect(before.rows).toBe(3)
    await database.query(
      "CREATE TABLE copy AS SELECT * FROM odd ORDER BY a; TRUNCATE odd; INSERT INTO odd SELECT * FROM copy",
    )
    expect(await hash(method)).toEqual(before)
    for (const [change, back] of [
      ["a = 1.00", "a = 1.0"],
      [`"B c" = 'X'`, `"B c" = 'x'`],
      [`d = '\\x00fe'`, `d = '\\x00ff'`],
      [`e = '\\x02'`, `e = '\\x01'`],
      ["f = 'w '", "f = 'w'"],
      [`"B c" = NULL`, `"B c" = 'x'`],
    ]) {
      await database.query(
        `UPDATE odd SET ${change} WHERE a IS NOT NULL AND ctid = (SELECT max(ctid) FROM odd WHERE a IS NOT NULL)`,
      )
      expect((await hash(method)).hash, change).not.toBe(before.hash)
      await database.query(
        `UPDATE odd SET ${back} WHERE a IS NOT NULL AND ctid = (SELECT max(ctid) FROM odd WHERE a IS NOT NULL)`,
      )
      expect(await hash(method)).toEqual(before)
    }
  },
)

test("rows whose text PostgreSQL can't make are hashed by their parts", async () => {
  const { database } = await openRows()
  // As text a bytea takes twice its size: beyond what a text may have.
  await database.query(
    "INSERT INTO odd (d, e) SELECT x, x FROM convert_to(repeat('x', 270 * 1024 * 1024), 'UTF8') AS x",
  )
  const hashed = await withSession({ url: database.url, applicationName: "test" }, (session) =>
    session.transaction(() => hashTable(session, subject), { isolation: "repeatable read", readOnly: true }),
  )
  expect(hashed).toMatchObject({ rows: 4, method: "parts" })
})

test("a table without columns is counted", async () => {
  const database = await createDatabase({ schema: "CREATE TABLE bare (); INSERT INTO bare DEFAULT VALUES" })
  onTestFinished(() => database.drop())
  const hashed = await withSession({ url: database.url, applicationName: "test" }, (session) =>
    session.transaction(() => hashTable(session, { schema: "public", table: "bare", columns: [] })),
  )
  expect(hashed).toMatchObject({ rows: 1, method: "text" })
})

test("whatever the database's settings are, and though equal rows change in pairs", async () => {
  const database = await createDatabase({
    schema: `CREATE TABLE odd (a timestamptz, "B c" interval, d bytea, e double precision, f money);
      INSERT INTO odd SELECT '2024-02-01T20:00:00Z', '1 mon -2 days 03:00', '\\x00ff', 1::float8 / 3, 1234.5::numeric::money
        FROM generate_series(1, 2)`,
  })
  onTestFinished(() => database.drop())
  const hash = (method: HashSubject["method"]) =>
    withSession({ url: database.url, applicationName: "test" }, (session) =>
      session.transaction(() => hashTableBy(session, { ...subject, method }), { readOnly: true }),
    )
  const before = [await hash("text"), await hash("parts")]
  for (const setting of [
    `"DateStyle" = 'SQL, DMY'`,
    `"TimeZone" = 'Asia/Tokyo'`,
    `"IntervalStyle" = 'iso_8601'`,
    "extra_float_digits = -3",
    "bytea_output = 'escape'",
    "search_path = public",
  ])
    await database.query(`ALTER DATABASE ${database.name} SET ${setting}`)
  expect(await database.query("SELECT a::text, d::text FROM odd LIMIT 1")).toEqual([
    { a: "02/02/2024 05:00:00 JST", d: "\\000\\377" },
  ])
  expect([await hash("text"), await hash("parts")]).toEqual(before)
  await database.query("UPDATE odd SET d = '\\x01'")
  for (const method of ["text", "parts"] as const)
    expect((await hash(method)).hash).not.toBe(before[method === "text" ? 0 : 1]?.hash)
})
