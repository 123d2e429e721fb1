import { setTimeout as sleep } from "node:timers/promises"
import { defaultLimits } from "../../src/config/limits.ts"
import { atMost, type Bench } from "../bench.ts"
import { addUniqueEmail } from "../change/add-unique-email.ts"
import { fillUsers } from "../change/users.ts"
import { connected, type Database } from "../ground/database.ts"
import type { BenchServer } from "../ground/server.ts"
import { Load } from "../load/load.ts"
import { rounded } from "../measure/words.ts"
import { OurRun } from "../ours/our-run.ts"
import type { Pgroll } from "../peers/pgroll.ts"

const stall = "stall-behind-reader"
const rows = 20_000

/** How long an application waits when a change of its table waits behind somebody who reads. */
export const longReader: Bench = {
  name: "long-reader",
  figures: [
    {
      name: stall,
      about:
        "The longest that any request waited while a transaction that reads the table stays open during a DDL step; the worst of all steps",
      unit: "ms",
      goal: atMost(defaultLimits.lockTimeoutMs + 100),
    },
  ],
  async measure(ground, { quick }) {
    const peer = await ground.pgroll()
    const server = await ground.server()
    const openMs = quick ? 1_500 : 3_000
    const steps = await ourStalls(server, openMs)
    const [worst] = steps.toSorted((a, b) => b.ms - a.ms)
    const theirs = typeof peer === "string" ? null : await pgrollStall(server, peer, openMs)
    const list = steps.map(({ step, ms }) => `${step} ${rounded(ms)} ms`).join(", ")
    return {
      [stall]: {
        figure: rounded(worst?.ms ?? 0),
        peer: theirs === null ? null : rounded(theirs),
        note: `lock_timeout ${defaultLimits.lockTimeoutMs} ms, the reader's transaction stays open for ${openMs} ms; ${list}`,
      },
    }
  },
}

/** Each step of ours that is DDL, with a reader of its own. */
async function ourStalls(server: BenchServer, openMs: number): Promise<readonly { step: string; ms: number }[]> {
  return onTable(server, async (database, load) => {
    const run = await OurRun.begin(database, addUniqueEmail)
    const found: { step: string; ms: number }[] = []
    for (const step of run.steps) {
      if (step.phase === "contract") await load.deploy({ searchPath: "public", knowsEmail: true })
      if (step.action !== "sql") await run.perform(step)
      else found.push({ step: step.id, ms: await worstDuring(database, load, openMs, () => run.perform(step)) })
    }
    return found
  })
}

/** pgroll has two: its start and its completion. */
async function pgrollStall(server: BenchServer, peer: Pgroll, openMs: number): Promise<number> {
  return onTable(server, async (database, load) => {
    const { admin } = database
    await peer.prepare(admin)
    const start = await worstDuring(database, load, openMs, () => peer.start(admin, addUniqueEmail.pgroll))
    await load.deploy({ searchPath: "public_0001_change", knowsEmail: true })
    return Math.max(start, await worstDuring(database, load, openMs, () => peer.complete(admin)))
  })
}

async function onTable<T>(server: BenchServer, work: (database: Database, load: Load) => Promise<T>): Promise<T> {
  return server.onCopy(
    `users_${rows}`,
    (database) => fillUsers(database, rows),
    async (database) => {
      const load = await Load.begin(database.admin, { connections: 8, rows })
      try {
        await load.at(100)
        return await work(database, load)
      } finally {
        await load.end()
      }
    },
  )
}

/** The longest wait of a request while the work is done behind somebody who has read the table and lingers. */
async function worstDuring(
  { admin }: Database,
  load: Load,
  openMs: number,
  work: () => Promise<unknown>,
): Promise<number> {
  return connected(admin, async (reader) => {
    // With a snapshot of its own, which a concurrent index build has to wait for.
    await reader.query("BEGIN ISOLATION LEVEL REPEATABLE READ")
    await reader.query("SELECT count(*) FROM public.users")
    await sleep(300)
    await load.mark()
    const working = work()
    working.catch(() => {})
    await sleep(openMs)
    await reader.query("COMMIT")
    await working
    return (await load.mark()).worstMs
  })
}
