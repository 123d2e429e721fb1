import { expect, test } from "vitest"
import { exclusiveSpans, statementsIn } from "../../../bench/ground/statement-log.ts"

const log = `2026-01-02 03:04:05.100 UTC [11] sluice@copy_1 sluice:do:contract xid=7 LOG:  duration: 0.089 ms  statement: LOCK TABLE "public"."users" IN ACCESS EXCLUSIVE MODE;
	SET LOCAL statement_timeout = 0
2026-01-02 03:04:05.101 UTC [12] sluice@copy_1 watch xid=0 LOG:  duration: 0.5 ms  statement: COMMIT
2026-01-02 03:04:05.102 UTC [11] sluice@other sluice xid=7 LOG:  duration: 0.1 ms  statement: COMMIT
2026-01-02 03:04:05.103 UTC [11] sluice@copy_1 sluice:do:contract xid=7 LOG:  duration: 0.3 ms  execute <unnamed>: INSERT INTO sluice.journal (run)
2026-01-02 03:04:05.107 UTC [11] sluice@copy_1 sluice:do:contract xid=7 LOG:  duration: 1.2 ms  statement: COMMIT
2026-01-02 03:04:06.000 UTC [11] sluice@copy_1 sluice:do:check xid=8 LOG:  duration: 0.1 ms  statement: LOCK TABLE "public"."users" IN SHARE UPDATE EXCLUSIVE MODE
2026-01-02 03:04:06.900 UTC [11] sluice@copy_1 sluice:do:check xid=8 LOG:  duration: 0.1 ms  statement: COMMIT
`

test("a log is read by database, with statements of every kind", () => {
  const found = statementsIn(log, "copy_1")
  expect(found.map(({ session, ms }) => [session, ms])).toEqual([
    [11, 0.089],
    [12, 0.5],
    [11, 0.3],
    [11, 1.2],
    [11, 0.1],
    [11, 0.1],
  ])
  expect(found[2]?.text).toBe("INSERT INTO sluice.journal (run)")
})

test("a table is held from the lock until the commit of the same session; weaker locks don't count", () => {
  expect(exclusiveSpans(statementsIn(log, "copy_1"))).toEqual([7])
})
