import { afterAll, beforeAll, expect, test } from "vitest"
import { poolerRefusal } from "../../src/postgres/pooler.ts"
import { withSession } from "../../src/postgres/session.ts"
import { createDatabase, type TestDatabase } from "../harness/database.ts"
import { startProxy } from "./startup-proxy.ts"

let database: TestDatabase
beforeAll(async () => {
  database = await createDatabase()
})
afterAll(() => database.drop())

test.each(["strips options", "announces a process id of its own"] as const)(
  "what %s is refused as a pooler",
  async (meddling) => {
    const proxy = await startProxy(database.url, meddling)
    const session = withSession({ url: proxy.url, applicationName: "test" }, async () => null)
    await expect(session).rejects.toMatchObject({ kind: "RefusedError", code: "POOLER_NOT_ALLOWED" })
    proxy.stop()
  },
)

test.each(["unsupported startup parameter: options", "unsupported startup parameter in options: search_path"])(
  "PgBouncer's “%s” is understood",
  (message) => {
    expect(poolerRefusal(new Error(message))).toMatchObject({ code: "POOLER_NOT_ALLOWED" })
  },
)
