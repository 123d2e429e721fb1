import { setTimeout as sleep } from "node:timers/promises"
import { Client } from "pg"
import { afterAll, beforeAll, expect, test } from "vitest"
import type { Secret } from "../../src/config/config.ts"
import type { RunStatus } from "../../src/domain/run.ts"
import { waitUntil } from "../../src/stack/wait-until.ts"
import type { Project } from "../harness/project.ts"
import { Sluice } from "../harness/sluice.ts"

let sluice: Sluice
beforeAll(async () => {
  sluice = await Sluice.begin()
})
afterAll(() => sluice?.end())

const lockTimeoutMs = 200
/** For what a busy machine adds to a wait of that length. */
const graceMs = 300
const operations = `
  - add_column: {table: people, column: {name: email, type: text, nullable: false, unique: true}, up: "lower(name)"}
  - create_index: {name: people_by_name, table: people, columns: {name: {}}}
`

/** About 200 reads a second, each of which remembers how long it took. */
class Readers {
  readonly waitsMs: number[] = []
  readonly #over = new AbortController()
  readonly #loops: Promise<void>[]

  constructor(url: Secret) {
    this.#loops = Array.from({ length: 8 }, () => this.#read(url))
  }

  async #read(url: Secret): Promise<void> {
    const client = new Client({ connectionString: url.reveal(), application_name: "reader" })
    await client.connect()
    while (!this.#over.signal.aborted) {
      const from = performance.now()
      await client.query("SELECT name FROM public.people WHERE id = 1")
      this.waitsMs.push(performance.now() - from)
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

/** Stands in the way of each step until it has waited for a while and the blocker is named, up to what is waited for. */
async function standInTheWay(project: Project, goal: (status: RunStatus) => boolean): Promise<readonly string[]> {
  const stopped: string[] = []
  for (;;) {
    const held = await project.hold("SELECT FROM public.people LIMIT 1")
    const seen = await project.until(
      "a blocker or the end",
      (status) => goal(status) || status.blockers.some(({ pid }) => pid === held.pid),
    )
    if (goal(seen)) {
      await held.release()
      return stopped
    }
    const step = seen.steps.find(({ state }) => state === "running")?.id ?? `undo in ${seen.phase}`
    stopped.push(step)
    // Three tries at least, and readers behind each.
    await sleep(900)
    await held.release()
    // Not sooner again: a step that is never let through would use up its budget.
    const wentOn = async (): Promise<boolean> => statesOf(await project.status()) !== statesOf(seen)
    if (!(await waitUntil(wentOn, { timeoutMs: 30_000, everyMs: 20 }))) throw new Error(`${step} never went on`)
  }
}

function statesOf({ state, steps }: RunStatus): string {
  return [state, ...steps.map((step) => step.state)].join()
}

const atGate =
  (gate: string) =>
  ({ state, waitingFor }: RunStatus): boolean =>
    state === "waiting" && waitingFor === gate

test("at no step that changes the schema does a reader wait for longer than lock_timeout, and who blocks is named", async () => {
  const limits = { lockTimeoutMs, lockBudgetMs: 60_000 }
  const project = await sluice.project({ rows: 200, keepMs: 0, limits, operations })
  const readers = new Readers(project.database.url)
  const stopped: string[] = []
  const until = async (goal: (status: RunStatus) => boolean): Promise<void> => {
    stopped.push(...(await standInTheWay(project, goal)))
  }
  await readers.during(async () => {
    await project.start()
    await until(atGate("dual-write"))
    await project.send("proceed", { gate: "dual-write" })
    await until(atGate("switch"))
    await project.send("proceed", { gate: "switch" })
    await project.atGate("contract")
    await project.send("proceed", { gate: "contract" })
    await until(atGate("purge"))
    await project.send("proceed", { gate: "purge" })
    await until(({ state }) => state === "completed")
  })
  expect(new Set(stopped.map((step) => step.replace(/-[0-9a-f]{8}$/, "")))).toEqual(
    new Set([
      "expand/people/sync",
      "backfill/people/not-null-email/check",
      "backfill/people/not-null-email/set",
      "backfill/people/unique-email/constraint",
      "contract/hide",
      "purge/drop",
    ]),
  )
  await expectShortWaits(project, readers)
})

test("nor on the way back from behind contract", async () => {
  const limits = { lockTimeoutMs, lockBudgetMs: 60_000 }
  const project = await sluice.project({ rows: 200, keepMs: 600_000, limits, operations })
  await project.start()
  await project.pass("dual-write", "switch", "contract")
  await project.until("keep", ({ phase }) => phase === "keep")
  const readers = new Readers(project.database.url)
  const stopped = await readers.during(async () => {
    await project.send("abort")
    return standInTheWay(project, ({ state }) => state === "aborted")
  })
  expect(stopped.length).toBeGreaterThan(2)
  await expectShortWaits(project, readers)
})

async function expectShortWaits(project: Project, { waitsMs }: Readers): Promise<void> {
  expect(waitsMs.length).toBeGreaterThan(500)
  // They did queue: else nothing was shown.
  expect(Math.max(...waitsMs)).toBeGreaterThan(lockTimeoutMs / 4)
  expect(Math.max(...waitsMs)).toBeLessThan(lockTimeoutMs + graceMs)
  expect(await project.database.query("SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid")).toEqual(
    [],
  )
}
