import { setTimeout as sleep } from "node:timers/promises"
import { notMeasured, type Bench, type Measured } from "../bench.ts"
import { addEmail } from "../change/add-email.ts"
import { fillUsers } from "../change/users.ts"
import type { Database } from "../ground/database.ts"
import type { BenchServer } from "../ground/server.ts"
import { Load } from "../load/load.ts"
import type { Span } from "../load/protocol.ts"
import { watch, wholeWindows } from "../load/windows.ts"
import { median } from "../measure/statistics.ts"
import { rounded, spread, thousands } from "../measure/words.ts"
import { OurRun } from "../ours/our-run.ts"
import type { Pgroll } from "../peers/pgroll.ts"

const p99 = "p99-during-backfill"
const dualWrite = "p99-during-dual-write"
const failed = "failed-requests"
const connections = 8

/** What an application at half of its greatest rate feels of a change of the table that it works on. */
export const underLoad: Bench = {
  name: "under-load",
  figures: [
    {
      name: p99,
      about:
        "99th percentile of an application's answers at half load, during the backfill against before it; of windows of two seconds the median one",
      unit: "x",
      goal: {
        text: "<= 1.3 and below pgroll's",
        holds: (figure, peer) => figure <= 1.3 && (peer === null || figure < peer),
      },
    },
    {
      name: dualWrite,
      about:
        "The same while both shapes are written and nothing is filled: what no backfill, however gentle, could stay below",
      unit: "x",
      goal: null,
    },
    {
      name: failed,
      about: "Requests that failed from the first statement of a change until its end, in all rounds together",
      unit: "requests",
      goal: { text: "= 0", holds: (figure) => figure === 0 },
    },
  ],
  async measure(ground, { quick }) {
    const peer = await ground.pgroll()
    const server = await ground.server()
    const setting = { rows: quick ? 200_000 : 1_000_000, beforeMs: 10_000 }
    const rate = Math.floor((await greatestRate(server, setting.rows)) / 2)
    const ours: Observed[] = []
    const theirs: Observed[] = []
    for (let round = 0; round < (quick ? 3 : 5); round += 1) {
      ours.push(await observe(server, { ...setting, rate }, byUs))
      if (typeof peer === "string") continue
      theirs.push(await observe(server, { ...setting, rate }, (database) => byPgroll(peer, database)))
    }
    return {
      [p99]: compared(ours, theirs, rate),
      [dualWrite]: besides(ours),
      [failed]: counted(ours, theirs),
    }
  },
}

/** A change in the parts between which the load is looked at. */
interface Change {
  /** From the first statement until writers keep both shapes; null: it fills rows at once. */
  readonly begin: (() => Promise<void>) | null
  /** Until every row is filled. */
  fill(): Promise<void>
  /** Everything until just before the old shape ends. */
  settle(): Promise<void>
  /** Where the application finds the new shape. */
  readonly searchPath: string
  /** Ends the old shape. */
  finish(): Promise<void>
}

interface Observed {
  readonly before: readonly Span[]
  /** While dual write begins. */
  readonly beginning: readonly Span[]
  /** During dual write alone. */
  readonly between: readonly Span[]
  readonly during: readonly Span[]
  readonly after: Span
}

async function greatestRate(server: BenchServer, rows: number): Promise<number> {
  return onLoad(server, rows, async (_, load) => {
    await load.at(null)
    await sleep(1_000)
    await load.mark()
    await sleep(3_000)
    const { answered, seconds } = await load.mark()
    return answered / seconds
  })
}

async function observe(
  server: BenchServer,
  { rows, rate, beforeMs }: { readonly rows: number; readonly rate: number; readonly beforeMs: number },
  begin: (database: Database) => Promise<Change>,
): Promise<Observed> {
  return onLoad(server, rows, async (database, load) => {
    const change = await begin(database)
    await load.at(rate)
    await sleep(1_000)
    const before = await watch(load, () => sleep(beforeMs))
    const { begin: beginDualWrite } = change
    const beginning = beginDualWrite === null ? [] : await watch(load, beginDualWrite)
    const between = beginDualWrite === null ? [] : await watch(load, () => sleep(beforeMs))
    const during = await watch(load, () => change.fill())
    await change.settle()
    await load.deploy({ searchPath: change.searchPath, knowsEmail: true })
    await sleep(500)
    await change.finish()
    await sleep(500)
    return { before, beginning, between, during, after: await load.mark() }
  })
}

async function onLoad<T>(
  server: BenchServer,
  rows: number,
  work: (database: Database, load: Load) => Promise<T>,
): Promise<T> {
  return server.onCopy(
    `users_${rows}`,
    (database) => fillUsers(database, rows),
    async (database) => {
      // As superuser: pgroll grants nobody else anything on the schema of its new version.
      const load = await Load.begin(database.admin, { connections, rows })
      try {
        return await work(database, load)
      } finally {
        await load.end()
      }
    },
  )
}

async function byUs(database: Database): Promise<Change> {
  const run = await OurRun.begin(database, addEmail)
  const perform = async (...phases: readonly string[]): Promise<void> => {
    for (const step of run.steps) if (phases.includes(step.phase) && step.action !== "backfill") await run.perform(step)
  }
  return {
    begin: () => perform("expand"),
    async fill() {
      await run.fill()
    },
    settle: () => perform("backfill", "verify"),
    searchPath: "public",
    finish: () => perform("contract", "purge"),
  }
}

async function byPgroll(peer: Pgroll, database: Database): Promise<Change> {
  await peer.prepare(database.admin)
  return {
    begin: null,
    fill: () => peer.start(database.admin, addEmail.pgroll),
    settle: () => Promise.resolve(),
    searchPath: "public_0001_change",
    finish: () => peer.complete(database.admin),
  }
}

/**
 * By the median window: on a machine that isn't ours alone, a stall in one window has its cause elsewhere more often
 * than not, and in a mean of all it would drown what the backfill does.
 */
function p99Of(spans: readonly Span[]): number {
  return median(wholeWindows(spans).map(({ p99Ms }) => p99Ms))
}

function slowdown({ before, during }: Observed): number {
  return p99Of(during) / p99Of(before)
}

function compared(ours: readonly Observed[], theirs: readonly Observed[], rate: number): Measured {
  const found = ours.map(slowdown)
  const others = theirs.map(slowdown)
  const at = (all: readonly Observed[]): string =>
    `p99 ${rounded(median(all.map(({ before }) => p99Of(before))))} ms before, ${rounded(median(all.map(({ during }) => p99Of(during))))} ms during, ${spread(all.map(slowdown))}`
  return {
    figure: rounded(median(found)),
    peer: others.length === 0 ? null : rounded(median(others)),
    note: `${thousands(rate)} requests/s on ${connections} connections; ${at(ours)}${others.length === 0 ? "" : `; pgroll: ${at(theirs)}`}; ${found.length} rounds`,
  }
}

/** Dual write alone against before. */
function besides(ours: readonly Observed[]): Measured {
  const found = ours.map(({ before, between }) => p99Of(between) / p99Of(before))
  const during = ours.map((each) => p99Of(each.during) / p99Of(each.between))
  return {
    figure: rounded(median(found)),
    peer: null,
    note: `p99 ${rounded(median(ours.map(({ between }) => p99Of(between))))} ms, ${spread(found)}; the backfill against this: ${spread(during)}; ${ours.length} rounds`,
  }
}

/** From the first statement of the change to its end. */
function changing({ beginning, between, during, after }: Observed): readonly Span[] {
  return [...beginning, ...between, ...during, after]
}

function counted(ours: readonly Observed[], theirs: readonly Observed[]): Measured {
  const sum = (all: readonly Observed[], of: (span: Span) => number): number =>
    all.flatMap(changing).reduce((total, span) => total + of(span), 0)
  const words = (all: readonly Observed[]): string => {
    const kinds = new Set(all.flatMap(changing).flatMap(({ failures }) => Object.keys(failures)))
    return [...kinds].join("; ")
  }
  if (ours.length === 0) return notMeasured("no round")
  const asked = (all: readonly Observed[]): string => thousands(sum(all, ({ answered, failed }) => answered + failed))
  const pgroll =
    theirs.length === 0
      ? ""
      : `; pgroll: of ${asked(theirs)}${theirs.length > 0 && words(theirs) !== "" ? ` (${words(theirs)})` : ""}`
  return {
    figure: sum(ours, ({ failed }) => failed),
    peer: theirs.length === 0 ? null : sum(theirs, ({ failed }) => failed),
    note: `of ${asked(ours)}${words(ours) === "" ? "" : ` (${words(ours)})`}${pgroll}`,
  }
}
