import { setTimeout as sleep } from "node:timers/promises"
import { Client } from "pg"
import { afterAll, beforeAll, expect, test } from "vitest"
import type { Secret } from "../../src/config/config.ts"
import type { RunStatus } from "../../src/domain/run.ts"
import type { Project } from "../harness/project.ts"
import { Sluice } from "../harness/sluice.ts"

let sluice: Sluice
beforeAll(async () => {
  sluice = await Sluice.begin()
})
afterAll(() => sluice?.end())

const lockTimeoutMs = 200
/** For what a busy machine adds to a wait of that length, besides what it makes a reader wait whom nobody locks out. */
const graceMs = 250
const operations = `
  - add_column: {table: people, column: {name: email, type: text, nullable: false, unique: true}, up: "lower(name)"}
  - create_index: {name: people_by_name, table: people, columns: {name: {}}}
`

/** A table that nobody changes: what its readers wait for is the machine. */
const calm = "CREATE TABLE public.calm AS SELECT 1 AS id;"

/** About 200 reads a second, each of which remembers how long it took. */
class Readers {
  readonly waitsMs: number[] = []
  readonly calmWaitsMs: number[] = []
  readonly #over = new AbortController()
  readonly #loops: Promise<void>[]

  constructor(url: Secret) {
    this.#loops = Array.from({ length: 8 }, () => this.#read(url))
  }

  async #read(url: Secret): Promise<void> {
    const client = new Client({ connectionString: url.reveal(), application_name: "reader" })
    await client.connect()
    while (!this.#over.signal.aborted) {
      await timed(this.calmWaitsMs, () => client.query("SELECT FROM public.calm WHERE id = 1"))
      await timed(this.waitsMs, () => client.query("SELECT name FROM public.people WHERE id = 1"))
      await sleep(40)
    }
    await client.end()
  }

  async during<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } finally {
      this.#over.abort()
      await Promise.all(this.#loops)
    }
  }
}

async function timed(into: number[], work: () => Promise<unknown>): Promise<void> {
  const from = performance.now()
  await work()
  into.push(performance.now() - from)
}

/**
 * Lets the run go on by `act`, and stands in the way of each step until it has waited for a while and the blocker is
 * named, up to what is waited for. Forward it pauses the run meanwhile: no step begins before somebody stands there again.
 */
async function standInTheWay(
  project: Project,
  act: () => Promise<unknown>,
  goal: (status: RunStatus) => boolean,
): Promise<readonly string[]> {
  const stopped: string[] = []
  let goOn = act
  for (;;) {
    const held = await project.hold("SELECT FROM public.people LIMIT 1")
    await goOn()
    const seen = await project.until(
      "a blocker or the end",
      (status) => goal(status) || status.blockers.some(({ pid }) => pid === held.pid),
    )
    if (goal(seen)) {
      await held.release()
      return stopped
    }
    const step = seen.steps.find(({ state }) => state === "running")?.id
    stopped.push(step ?? `undo in ${seen.phase}`)
    // An unwinding run can't be paused, and behind the last step a run rests no more.
    const pauses = step !== undefined && seen.steps.some(({ state }) => state === "pending")
    if (pauses) await project.send("pause")
    // Three tries at least, and readers behind each.
    await sleep(900)
    await held.release()
    await project.until("the end of the step", (status) => goal(status) || isOver(status, step, undoneOf(seen)))
    goOn = async () => {
      if (pauses) await project.send("resume")
    }
  }
}

function undoneOf({ steps }: RunStatus): number {
  return steps.filter(({ state }) => state === "undone").length
}

/** That the blocker has gone is not enough: the step may wait for its next try, and find the next one in its way. */
function isOver(status: RunStatus, step: string | undefined, undoneBefore: number): boolean {
  if (step === undefined) return undoneOf(status) > undoneBefore
  return status.steps.some(({ id, state }) => id === step && state === "done")
}

const atGate =
  (gate: string) =>
  ({ state, waitingFor }: RunStatus): boolean =>
    state === "waiting" && waitingFor === gate

const isCompleted = ({ state }: RunStatus): boolean => state === "completed"

test("at no step that changes the schema does a reader wait for longer than lock_timeout, and who blocks is named", async () => {
  const limits = { lockTimeoutMs, lockBudgetMs: 60_000 }
  const project = await sluice.project({ rows: 200, keepMs: 0, limits, operations, schema: calm })
  const readers = new Readers(project.database.url)
  const stopped = await readers.during(async () => {
    const before = [
      ...(await standInTheWay(project, () => project.start(), atGate("dual-write"))),
      ...(await standInTheWay(project, () => project.send("proceed", { gate: "dual-write" }), atGate("switch"))),
    ]
    await project.pass("switch")
    await project.atGate("contract")
    return [
      ...before,
      ...(await standInTheWay(project, () => project.send("proceed", { gate: "contract" }), atGate("purge"))),
      ...(await standInTheWay(project, () => project.send("proceed", { gate: "purge" }), isCompleted)),
    ]
  })
  expect(stopped.map((step) => step.replace(/-[0-9a-f]{8}$/, ""))).toEqual([
    "expand/people/sync",
    "backfill/people/not-null-email/check",
    "backfill/people/not-null-email/set",
    "backfill/people/unique-email/constraint",
    "contract/hide",
    "purge/drop",
  ])
  await expectShortWaits(project, readers)
})

test("nor on the way back from behind contract", async () => {
  const limits = { lockTimeoutMs, lockBudgetMs: 60_000 }
  const project = await sluice.project({ rows: 200, keepMs: 600_000, limits, operations, schema: calm })
  await project.start()
  await project.pass("dual-write", "switch", "contract")
  await project.until("keep", ({ phase }) => phase === "keep")
  const readers = new Readers(project.database.url)
  const abort = () => project.send("abort", { reason: "the old shape is wanted back" })
  const stopped = await readers.during(() => standInTheWay(project, abort, ({ state }) => state === "aborted"))
  expect(stopped[0]).toBe("undo in contract")
  expect(stopped.length).toBeGreaterThan(2)
  await expectShortWaits(project, readers)
})

async function expectShortWaits(project: Project, { waitsMs, calmWaitsMs }: Readers): Promise<void> {
  expect(waitsMs.length).toBeGreaterThan(500)
  // They did queue: else nothing was shown.
  expect(Math.max(...waitsMs)).toBeGreaterThan(lockTimeoutMs / 4)
  expect(Math.max(...waitsMs)).toBeLessThan(lockTimeoutMs + graceMs + Math.max(...calmWaitsMs))
  expect(await project.database.query("SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid")).toEqual(
    [],
  )
}
