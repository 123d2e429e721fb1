import { afterAll, beforeAll, expect, test } from "vitest"
import { Secret } from "../../src/config/config.ts"
import { encodingFindings } from "../../src/postgres/encoding.ts"
import { withSession } from "../../src/postgres/session.ts"
import { administer, createDatabase, type TestDatabase } from "../harness/database.ts"

// Seen before: a title that the database can't hold stopped the run in the middle, with a hint about rows.

let database: TestDatabase
const latin = (): string => `${database.name}_latin`
beforeAll(async () => {
  database = await createDatabase()
  await administer(`CREATE DATABASE ${latin()} TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'`)
})
afterAll(async () => {
  await administer(`DROP DATABASE IF EXISTS ${latin()}`)
  await database.drop()
})

const found = (url: Secret, ...texts: readonly string[]): Promise<readonly string[]> =>
  withSession({ url, applicationName: "test" }, async (session) => {
    const findings = await encodingFindings(
      session,
      texts.map((text) => ({ subject: text, text })),
    )
    return findings.map(({ code, subject }) => `${code} ${subject}`)
  })

test("of a database that isn't in UTF8, each text with a character that it doesn't have is found", async () => {
  const url = new URL(database.url.reveal())
  url.pathname = latin()
  expect(await found(new Secret(url.href), "plain", "Straße", "a → b", "☃")).toEqual([
    "CHARACTER_NOT_IN_ENCODING a → b",
    "CHARACTER_NOT_IN_ENCODING ☃",
  ])
})

test("one in UTF8 holds them all", async () => {
  expect(await found(database.url, "a → b", "☃")).toEqual([])
})
