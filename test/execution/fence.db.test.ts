import { afterEach, beforeEach, expect, test } from "vitest"
import { withClaim, type Claimed } from "../../src/execution/claimed.ts"
import { checkFence, claimEpoch } from "../../src/execution/fence.ts"
import type { TargetRun } from "../../src/execution/target-run.ts"
import { withSession } from "../../src/postgres/session.ts"
import { createDatabase, type TestDatabase } from "../harness/database.ts"
import { addColumnStep, asSession, attemptOf, runOn, Witness } from "./setting.ts"

let database: TestDatabase
let run: TargetRun
beforeEach(async () => {
  database = await createDatabase({ schema: "CREATE TABLE t (id int PRIMARY KEY)" })
  run = await runOn(database.url, [addColumnStep("c")])
})
afterEach(() => database.drop())

const request = { step: "expand/t/step", direction: "do", attempt: attemptOf() } as const
const claim = (): Promise<Claimed> =>
  withClaim(run, { ...request, observer: new Witness() }, async (_, claimed) => claimed)

test("a zombie whose transaction begins only after a later claim is refused, also in a session that nobody ended", async () => {
  const zombie = await claim()
  const later = await claim()
  const write = ({ claim, withSession }: Claimed): Promise<void> =>
    withSession({}, (session) =>
      session.transaction(async () => {
        await checkFence(session, claim)
        await session.query("INSERT INTO public.t VALUES (1)")
      }),
    )
  await expect(write(zombie)).rejects.toMatchObject({ kind: "RefusedError", code: "FENCED" })
  expect(await database.query("SELECT FROM t")).toEqual([])
  await write(later)
  expect(await database.query("SELECT FROM t")).toHaveLength(1)
})

test("nobody can claim before a transaction that has checked the fence is over; several may have at once", async () => {
  const { claim: first } = await claim()
  const next = () =>
    withSession({ url: database.url, applicationName: "test", lockTimeoutMs: 200 }, (session) =>
      claimEpoch(session, { run: run.run, ...request }),
    )
  await asSession(database.url, (one) =>
    one.transaction(async () => {
      await checkFence(one, first)
      // A backfill's ranges write side by side.
      await asSession(database.url, (other) => other.transaction(() => checkFence(other, first)))
      await expect(next()).rejects.toMatchObject({ code: "LOCK_TIMEOUT" })
    }),
  )
  expect(await next()).toEqual({ run: run.run, epoch: first.epoch + 1 })
})

// Seen before: where Temporal's clock had been ahead for a moment, every attempt was refused until that time had come.
test("a claim of a time that hasn't come doesn't keep those of now away; one of before still does", async () => {
  const now = Date.now()
  const at = (scheduledAt: number) =>
    asSession(database.url, (session) =>
      claimEpoch(session, { run: run.run, ...request, attempt: attemptOf({ scheduledAt }) }),
    )
  await at(now + 86_400_000)
  expect((await at(now + 500)).epoch).toBe(2)
  await database.query("UPDATE sluice.fence SET scheduled_at = $1", [now + 86_400_000])
  expect((await at(Date.now() + 500)).epoch).toBe(3)
  await expect(at(now - 60_000)).rejects.toMatchObject({ code: "FENCED" })
})
