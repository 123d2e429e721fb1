import { afterAll, beforeAll, expect, test } from "vitest"
import { tune } from "../../src/app/tune.ts"
import { watch } from "../../src/app/watch.ts"
import type { RunStatus } from "../../src/domain/run.ts"
import { Sluice } from "../harness/sluice.ts"
import { auto, slowUpdates } from "./changes.ts"

let sluice: Sluice
beforeAll(async () => {
  sluice = await Sluice.begin()
})
afterAll(() => sluice?.end())

const onTwoTables = `
  - add_column:
      table: people
      column: {name: email, type: text, nullable: false}
      up: "lower(name) || '@example.com'"
  - add_column:
      table: orders
      column: {name: total_cents, type: bigint, nullable: false}
      up: "(total * 100)::bigint"
`

test("two tables of one revision are filled, and the run says why it rests, and goes on when it is tuned", async () => {
  const project = await sluice.project({
    rows: 1_500,
    gates: auto,
    operations: onTwoTables,
    schema: `
      ${slowUpdates}
      CREATE TABLE public.orders (tenant integer, number integer, total numeric NOT NULL, PRIMARY KEY (tenant, number));
      INSERT INTO public.orders SELECT n % 3, n, n / 100.0 FROM generate_series(1, 2000) AS n;`,
    // Less than the backfill's own bookkeeping.
    limits: { maxWalBytesPerSecond: 1_024 },
  })
  await project.start()
  const resting = await project.until(
    "a rest",
    ({ backfill }) => backfill?.throttledBy?.startsWith("WAL rate") ?? false,
  )
  expect(resting.backfill?.throttledBy).toMatch(/^WAL rate: .+ were written lately \(limit 1kB\/s, maxWalRate\)$/)
  expect((await newestOf(project)).backfill?.throttledBy).toContain("WAL rate")
  await tune(project.app, project.run, ["maxWalRate=off"])
  const status = await project.ended("completed")
  expect(status.steps.filter(({ state }) => state !== "done")).toEqual([])
  const fills = status.steps.map(({ summary }) => summary).filter((summary) => summary.startsWith("Fill "))
  expect(fills).toEqual(["Fill email in every row of public.people", "Fill total_cents in every row of public.orders"])
  const [left] = await project.database.query(`
    SELECT (SELECT count(*)::int FROM people WHERE email IS DISTINCT FROM lower(name) || '@example.com') AS people,
           (SELECT count(*)::int FROM orders WHERE total_cents IS DISTINCT FROM total * 100) AS orders`)
  expect(left).toEqual({ people: 0, orders: 0 })
})

/** What `sluice watch` shows first. */
async function newestOf(project: Awaited<ReturnType<Sluice["project"]>>): Promise<RunStatus> {
  for await (const status of watch(project.app, project.run, { everyMs: 10, signal: AbortSignal.timeout(20_000) }))
    return status
  throw new Error("nothing was shown")
}
