import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { sqlstateOf } from "../../src/postgres/map-error.ts"
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

const isDuplicate = (error: unknown): boolean => sqlstateOf(error) === "23505"

describe("statements that are sent together", () => {
  test("are worked on in their order, each with its answer, in a transaction too", async () => {
    await open(async (session) => {
      const answers = await session.transaction(() =>
        session.together([
          { text: "INSERT INTO public.t SELECT generate_series(101, 103)" },
          { text: "SELECT id FROM public.t WHERE id > $1 ORDER BY id", values: [101], isKept: true },
          { text: "DELETE FROM public.t WHERE id > 101" },
        ]),
      )
      expect(answers.map(({ count }) => count)).toEqual([3, 2, 2])
      expect(answers[1]?.rows).toEqual([{ id: 102 }, { id: 103 }])
    })
    expect(await database.query("DELETE FROM t RETURNING id")).toEqual([{ id: 101 }])
  })

  test("fail with what the first that failed says; those behind it have done nothing, and the session goes on", async () => {
    await open(async (session) => {
      const work = session.transaction(() =>
        session.together([
          { text: "INSERT INTO public.t VALUES (1)" },
          { text: "INSERT INTO public.t VALUES ($1)", values: [1], isKept: true },
          { text: "INSERT INTO public.t VALUES (2)" },
        ]),
      )
      await expect(work).rejects.toSatisfy(isDuplicate)
      expect(session.inTransaction).toBe(false)
      expect(await session.query("SELECT id FROM public.t")).toEqual([])
    })
  })

  test("are all over before an abort is answered", async () => {
    const abort = new AbortController()
    const work = open(
      (session) =>
        session.transaction(() =>
          session.together([
            { text: "INSERT INTO public.t VALUES (1)" },
            { text: "SELECT pg_sleep(600) AS abort_together" },
            { text: "SELECT pg_sleep(600) AS abort_together" },
          ]),
        ),
      { signal: abort.signal },
    )
    const outcome = expect(work).rejects.toBe("stop")
    await waitUntil(async () => (await running(database, "abort_together")) === 1)
    abort.abort("stop")
    await outcome
    expect(await running(database, "abort_together")).toBe(0)
    expect(await database.query("SELECT * FROM t")).toEqual([])
  })

  test("a closing statement is committed with the rest, and where it fails nothing is", async () => {
    const insert = (id: number) => ({ text: "INSERT INTO public.t VALUES ($1)", values: [id] })
    await open(async (session) => {
      const answer = await session.transaction(
        async () => {
          await session.query("INSERT INTO public.t VALUES (1)")
          return 2
        },
        { closing: insert },
      )
      expect(answer).toBe(2)
      const failing = session.transaction(() => session.execute("INSERT INTO public.t VALUES (3)"), {
        closing: () => insert(1),
      })
      await expect(failing).rejects.toSatisfy(isDuplicate)
    })
    expect(await database.query("DELETE FROM t RETURNING id")).toEqual([{ id: 1 }, { id: 2 }])
  })

  test("a transaction that fails before its first statement leaves nothing behind", async () => {
    await open(async (session) => {
      await expect(session.transaction(() => Promise.reject(new Error("before")))).rejects.toThrow("before")
      await session.query("INSERT INTO public.t VALUES (9)")
    })
    expect(await database.query("DELETE FROM t RETURNING id")).toEqual([{ id: 9 }])
  })
})
