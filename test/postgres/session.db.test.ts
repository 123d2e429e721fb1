import { connect as connectTo, createServer, type AddressInfo } from "node:net"
import { execFile } from "node:child_process"
import { promisify } from "node:util"
import { afterAll, beforeAll, expect, test } from "vitest"
import { Secret } from "../../src/config/config.ts"
import { BugError } from "../../src/domain/errors.ts"
import { parseConnectionUrl } from "../../src/postgres/connection-url.ts"
import { withSession, type Session, type SessionOptions } from "../../src/postgres/session.ts"
import { running } from "./running.ts"
import { waitUntil } from "./wait-until.ts"
import { createDatabase, type TestDatabase } from "../harness/database.ts"

let database: TestDatabase
beforeAll(async () => {
  database = await createDatabase({ schema: "CREATE TABLE t (id int PRIMARY KEY)" })
})
afterAll(() => database.drop())

const open = <T>(work: (session: Session) => Promise<T>, more: Partial<SessionOptions> = {}): Promise<T> =>
  withSession({ url: database.url, applicationName: "test", ...more }, work)

test("the session is pinned whatever the database's defaults are", async () => {
  const strange = await createDatabase()
  const defaults = [
    "search_path = public",
    "DateStyle = 'German'",
    "synchronous_commit = off",
    "statement_timeout = '2s'",
  ]
  for (const setting of [...defaults, "default_transaction_read_only = on"])
    await database.query(`ALTER DATABASE ${strange.name} SET ${setting}`)
  const shown = await open(
    (session) =>
      session.query<{ value: string }>(
        `SELECT current_setting(name) AS value FROM unnest(ARRAY['search_path', 'DateStyle', 'TimeZone', 'lock_timeout',
           'statement_timeout', 'client_connection_check_interval', 'synchronous_commit', 'transaction_read_only',
           'idle_in_transaction_session_timeout', 'application_name']) AS name`,
      ),
    { url: strange.url, lockTimeoutMs: 250 },
  )
  await strange.drop()
  const values = ["pg_catalog", "ISO, MDY", "UTC", "250ms", "0", "1s", "local", "off", "10s", "test"]
  expect(shown.map(({ value }) => value)).toEqual(values)
})

test("a text of several statements gives the last one's rows, and calls at the same time take turns", async () => {
  await open(async (session) => {
    expect(await session.query("SELECT 1 AS a; SELECT 2 AS a")).toEqual([{ a: 2 }])
    const answers = await Promise.all([1, 2, 3].map((n) => session.query("SELECT $1::int AS n", [n])))
    expect(answers).toEqual([[{ n: 1 }], [{ n: 2 }], [{ n: 3 }]])
  })
})

test("an abort cancels the running statement, waits for its end, rolls back and throws the reason", async () => {
  const abort = new AbortController()
  const reason = new Error("asked to stop")
  const work = open(
    (session) =>
      session.transaction(async () => {
        await session.query("INSERT INTO public.t VALUES (1)")
        await session.query("SELECT pg_sleep(600) AS abort_me")
      }),
    { signal: abort.signal },
  )
  const outcome = expect(work).rejects.toBe(reason)
  await waitUntil(async () => (await running(database, "abort_me")) === 1)
  abort.abort(reason)
  await outcome
  expect(await running(database, "abort_me")).toBe(0)
  expect(await database.query("SELECT * FROM t")).toEqual([])
})

test("a statement that survives one cancellation is cancelled again", async () => {
  const abort = new AbortController()
  const stubborn = `DO $$ BEGIN
      FOR i IN 1..3 LOOP
        BEGIN PERFORM pg_sleep(600); EXCEPTION WHEN query_canceled THEN NULL; END;
      END LOOP;
    END $$`
  const outcome = expect(open((session) => session.query(stubborn), { signal: abort.signal })).rejects.toBe("stop")
  await waitUntil(async () => (await running(database, "DO $$ BEGIN")) === 1)
  abort.abort("stop")
  await outcome
  expect(await running(database, "DO $$ BEGIN")).toBe(0)
})

test("after an abort no further statement is sent", async () => {
  const abort = new AbortController()
  const work = open(
    async (session) => {
      abort.abort("stop")
      await session.query("INSERT INTO public.t VALUES (2)")
    },
    { signal: abort.signal },
  )
  await expect(work).rejects.toBe("stop")
  await expect(open(async () => 1, { signal: abort.signal })).rejects.toBe("stop")
  expect(await database.query("SELECT * FROM t")).toEqual([])
})

test("a terminated session fails as CONNECTION_LOST, also between two statements, and never as an uncaught event", async () => {
  const during = open((session) => session.query("SELECT pg_terminate_backend(pg_backend_pid())"))
  await expect(during).rejects.toMatchObject({ kind: "TransientError", code: "CONNECTION_LOST" })
  const between = open(async (session) => {
    await database.query("SELECT pg_terminate_backend($1, 5000)", [session.pid])
    await session.query("SELECT 1")
  })
  await expect(between).rejects.toMatchObject({ kind: "TransientError", code: "CONNECTION_LOST" })
})

test("a transaction whose failed statement was swallowed can't seem committed", async () => {
  const work = open((session) =>
    session.transaction(async () => {
      await session.query("SELECT 1/0").catch(() => {})
    }),
  )
  await expect(work).rejects.toBeInstanceOf(BugError)
})

test("a failed transaction leaves the session usable", async () => {
  const answer = await open(async (session) => {
    await session.transaction(() => session.query("SELECT 1/0")).catch(() => {})
    return session.query("SELECT 1 AS a")
  })
  expect(answer).toEqual([{ a: 1 }])
})

test("a statement of a killed process ends within a few seconds", async () => {
  const script = `
    import pg from "pg"
    const client = new pg.Client(process.env.URL)
    await client.connect()
    await client.query("SET client_connection_check_interval = 1000")
    await client.query("SELECT pg_sleep(600) AS killed_client")`
  const run = promisify(execFile)(process.execPath, ["--input-type=module", "-e", script], {
    env: { URL: database.url.reveal(), PATH: process.env["PATH"] },
  })
  const ended = run.catch(() => {})
  await waitUntil(async () => (await running(database, "killed_client")) === 1)
  run.child.kill("SIGKILL")
  await ended
  await waitUntil(async () => (await running(database, "killed_client")) === 0)
})

test.each([
  ["database", (url: string) => url.replace(/\/[^/]*$/, "/nowhere"), "UNKNOWN_DATABASE"],
  ["password", (url: string) => url.replace(/:[^:@/]*@/, ":wrong-secret@"), "WRONG_PASSWORD"],
  ["missing password", (url: string) => url.replace(/:[^:@/]*@/, "@"), "WRONG_PASSWORD"],
  ["port", (url: string) => url.replace(/:\d+\//, ":1/"), "DATABASE_UNREACHABLE"],
  ["host", () => "postgresql://u:wrong-secret@host.invalid/d", "HOST_NOT_FOUND"],
  ["encryption", (url: string) => `${url}?sslmode=require`, "TLS_FAILED"],
])("a wrong %s is named, without the password", async (_, change, code) => {
  const url = new Secret(change(database.url.reveal()))
  const error: unknown = await withSession({ url, applicationName: "test" }, async () => null).catch((e: unknown) => e)
  expect(error).toMatchObject({ code })
  expect(JSON.stringify(error) + String(error)).not.toContain("wrong-secret")
})

test("a server that answers with an error before anything is encrypted is one to come back to", async () => {
  const fields = ["SFATAL", "VFATAL", "C57P03", "Mthe database system is shutting down"].map((field) => `${field}\0`)
  const body = Buffer.from(`${fields.join("")}\0`)
  const length = Buffer.alloc(4)
  length.writeInt32BE(body.length + 4)
  const server = createServer((socket) => {
    socket.on("error", () => {})
    socket.once("data", () => socket.end(Buffer.concat([Buffer.from("E"), length, body])))
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as AddressInfo
  try {
    for (const mode of ["prefer", "require"]) {
      const url = new Secret(`postgresql://u:p@127.0.0.1:${port}/d?sslmode=${mode}`)
      await expect(withSession({ url, applicationName: "test" }, async () => null)).rejects.toMatchObject({
        kind: "TransientError",
      })
    }
  } finally {
    server.close()
  }
})

/** Begins of connections that ask for TLS first, by the code of their first message. */
const asksForTls = 80_877_103

test("a server that declined TLS a moment ago isn't asked for it with every connection again", async () => {
  const target = parseConnectionUrl(database.url)
  const first: number[] = []
  const server = createServer((socket) => {
    const upstream = connectTo(target.port, target.host)
    socket.once("data", (data) => first.push(data.readInt32BE(4)))
    for (const one of [socket, upstream]) one.on("error", () => {})
    socket.pipe(upstream).pipe(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const url = new URL(database.url.reveal())
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  try {
    const options = { url: new Secret(`${url.href}?sslmode=prefer`), applicationName: "test" }
    for (let time = 0; time < 3; time += 1) await withSession(options, (session) => session.query("SELECT 1"))
    expect(first.map((code) => code === asksForTls)).toEqual([true, false, false, false])
    // Why it isn't let in is what counts then, not that there is no TLS.
    url.password = "wrong-secret"
    const refused = { url: new Secret(`${url.href}?sslmode=prefer`), applicationName: "test" }
    await expect(withSession(refused, async () => null)).rejects.toMatchObject({ code: "WRONG_PASSWORD" })
    await database.query("CREATE ROLE stranger NOLOGIN")
    url.username = "stranger"
    const stranger = { url: new Secret(`${url.href}?sslmode=prefer`), applicationName: "test" }
    await expect(withSession(stranger, async () => null)).rejects.toMatchObject({ code: "WRONG_PASSWORD" })
    await database.query("DROP ROLE stranger")
  } finally {
    server.close()
  }
})

test("a question that is asked again is planned once, and sees what changed meanwhile", async () => {
  const question =
    "SELECT count(*)::int AS n FROM pg_attribute WHERE attrelid = 'public.t'::regclass AND attname = 'seen'"
  const seen = await open((session) =>
    session.transaction(async () => {
      const [before] = await session.ask<{ n: number }>(question)
      await session.query("ALTER TABLE public.t ADD COLUMN seen int")
      const [after] = await session.ask<{ n: number }>(question)
      const [plans] = await session.query<{ n: number }>("SELECT count(*)::int AS n FROM pg_prepared_statements")
      await session.query("ALTER TABLE public.t DROP COLUMN seen")
      return [before?.n, after?.n, plans?.n]
    }),
  )
  expect(seen).toEqual([0, 1, 1])
})
