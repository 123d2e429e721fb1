import { setTimeout as sleep } from "node:timers/promises"
import { afterAll, beforeAll, expect, test } from "vitest"
import { Secret } from "../../../src/config/config.ts"
import { Neighbours } from "../../../src/execution/backfill/neighbours.ts"
import { withSession, type Session } from "../../../src/postgres/session.ts"
import { OwnCluster } from "../../harness/own-cluster.ts"
import { asSession } from "../setting.ts"

/** On the cluster of the test run there is always somebody at work. */
let cluster: OwnCluster
beforeAll(async () => {
  cluster = await OwnCluster.start()
})
afterAll(() => cluster.stop())

const never = new AbortController().signal

/** What an ordinary role sees, which pg_stat_activity tells nothing of others. */
async function seenBy(session: Session, ours: readonly number[] = []): Promise<boolean> {
  const neighbours = new Neighbours()
  await neighbours.settle(session, never)
  for (let looks = 0; looks < 50; looks += 1) {
    await sleep(10)
    await neighbours.look(session, ours)
  }
  return neighbours.areAtWork
}

async function asOrdinaryRole<T>(work: (session: Session) => Promise<T>): Promise<T> {
  const { name, password } = await cluster.createRole()
  const url = new URL(cluster.url().reveal())
  url.username = name
  url.password = password
  return asSession(new Secret(url.href), work)
}

/** A session with one short transaction after the other, for as long as `work` lasts, and as much rest between them. */
async function whileBusy<T>(
  work: (pid: number) => Promise<T>,
  { name = "an application", restMs = 0, statement = "SELECT pg_sleep(0.002)" } = {},
): Promise<T> {
  return withSession({ url: cluster.url(), applicationName: name }, async (busy) => {
    const over = new AbortController()
    const others = (async () => {
      while (!over.signal.aborted) {
        await busy.query(statement)
        if (restMs > 0) await sleep(restMs)
      }
    })()
    try {
      return await work(busy.pid)
    } finally {
      over.abort()
      await others
    }
  })
}

test("an application at work is seen, also by a role that has no right to see others", async () => {
  await whileBusy(async () => expect(await asOrdinaryRole((session) => seenBy(session))).toBe(true))
})

// Seen before: the first tens of thousands of rows were filled at full speed beside an application of 200 writes a second.
test("one whose transactions are too short to be met is told before the first batch by what it writes", async () => {
  await asSession(cluster.url(), (session) => session.query("CREATE TABLE public.written (n int)"))
  await whileBusy(
    () =>
      asOrdinaryRole(async (session) => {
        for (let round = 0; round < 8; round += 1) {
          const neighbours = new Neighbours()
          await neighbours.settle(session, never)
          expect(neighbours.areAtWork).toBe(true)
        }
      }),
    { restMs: 2, statement: "INSERT INTO public.written VALUES (1)" },
  )
})

test("one who does little at a time isn't forgotten between two looks", async () => {
  await whileBusy(
    () =>
      asOrdinaryRole(async (session) => {
        const neighbours = new Neighbours()
        const seen: boolean[] = []
        for (let looks = 0; looks < 120; looks += 1) {
          await sleep(10)
          await neighbours.look(session, [])
          seen.push(neighbours.areAtWork)
        }
        // From when it was first met on; that takes some looks.
        const met = seen.slice(seen.indexOf(true))
        expect(met.length).toBeGreaterThan(60)
        expect(met.filter(Boolean).length / met.length).toBeGreaterThan(0.9)
      }),
    { restMs: 15 },
  )
})

test("Sluice's own sessions aren't taken for others, those of its control database neither", async () => {
  await whileBusy(async () => expect(await asOrdinaryRole((session) => seenBy(session))).toBe(false), {
    name: "sluice:control",
  })
})

test("nobody is seen where nobody is, and not where a session has only forgotten to end its transaction", async () => {
  expect(await asOrdinaryRole((session) => seenBy(session))).toBe(false)
  await asSession(cluster.url(), (forgetful) =>
    forgetful.transaction(async () => {
      await forgetful.query("SELECT 1")
      expect(await asOrdinaryRole((session) => seenBy(session))).toBe(false)
    }),
  )
})

test("the backfill doesn't take its own sessions for others", async () => {
  await whileBusy(async (pid) => {
    expect(await asOrdinaryRole((session) => seenBy(session, [pid]))).toBe(false)
  })
})
