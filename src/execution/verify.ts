import { displayName } from "../domain/relation.ts"
import { RefusedError } from "../domain/errors.ts"
import { mostOffendingKeys } from "../domain/run.ts"
import type { VerifyStep } from "../domain/step.ts"
import type { Session } from "../postgres/session.ts"
import type { Attempt } from "./attempt.ts"
import type { BackfillResult } from "./backfill.ts"
import { BatchSize } from "./backfill/batch-size.ts"
import { planForRanges } from "./backfill/range-plans.ts"
import { sizeUp } from "./backfill/table-size.ts"
import { nextPage, type Page, type Place } from "./backfill/walk.ts"
import { withClaim, type Claimed } from "./claimed.ts"
import { restsOf } from "./comparisons.ts"
import { checkFence } from "./fence.ts"
import { demandAsPlanned } from "./bound-meanwhile.ts"
import { demandFooting } from "./footing.ts"
import { withHeartbeat } from "./heartbeat.ts"
import { writeJournal } from "./journal-rows.ts"
import { partsNow, type KnownParts } from "./known-parts.ts"
import type { ExecutionObserver, TargetRun } from "./target-run.ts"
import { demandUntouchedSince } from "./untouched.ts"

/** One statement holds one snapshot: about a second keeps it from standing in anybody's way. */
const statementMs = 1_000

/**
 * Compares every row of a table, one statement per range: each statement is one snapshot, so that a writer between two
 * statements is no false alarm. Holds for its moment, and therefore compares again where the journal has it already.
 *
 * Throws RefusedError DUAL_WRITE_BROKEN where that isn't whole before and after, OLD_COLUMN_BOUND or OLD_COLUMN_CHANGED
 * just before contract, VERIFY_UNFILLED, or what the step calls a difference, with the exact count; keys, at most
 * {@link mostOffendingKeys}, go to the observer.
 */
export async function runVerify(
  run: TargetRun,
  step: VerifyStep,
  attempt: Attempt,
  observer: ExecutionObserver,
): Promise<BackfillResult> {
  const seen: Comparison = { rows: 0, bad: 0, keys: [] }
  return withHeartbeat(
    attempt,
    () => ({ step: step.id, rows: seen.rows }),
    () =>
      withClaim(run, { step: step.id, direction: "do", attempt, observer }, async (session, claimed) => {
        await demandFooting(session, run, { step, direction: "do" })
        await demandAsPlanned(session, run, { step, direction: "do" })
        const parts = await partsNow(session, restsOf(run.plan, step))
        await sizeUp(session, step.walk)
        await planForRanges(session)
        await compare(session, step, seen)
        if (seen.bad > 0) {
          await noteDifference(session, { claimed, attempt }, step, parts)
          throw await mismatch(session, step, seen, observer)
        }
        await session.transaction(async () => {
          await checkFence(session, claimed.claim)
          await demandFooting(session, run, { step, direction: "do" })
          await demandUntouchedSince(session, run, step, parts)
          await writeJournal(session, claimed.claim, attempt, {
            step: step.id,
            direction: "do",
            outcome: "done",
            parts,
          })
        })
        return { outcome: "done", rows: seen.rows }
      }),
  )
}

/** From here on nothing that is done rests on an earlier comparison of the same: what that knew doesn't hold. */
async function noteDifference(
  session: Session,
  { claimed, attempt }: { readonly claimed: Claimed; readonly attempt: Attempt },
  step: VerifyStep,
  parts: KnownParts,
): Promise<void> {
  const unknown = Object.fromEntries(Object.keys(parts).map((name) => [name, []]))
  await session.transaction(async () => {
    await checkFence(session, claimed.claim)
    const row = { step: step.id, direction: "undo", outcome: "observed", parts: unknown } as const
    await writeJournal(session, claimed.claim, attempt, row)
  })
}

/** What was seen so far. */
interface Comparison {
  rows: number
  bad: number
  keys: readonly string[]
}

async function compare(session: Session, step: VerifyStep, seen: Comparison): Promise<void> {
  const size = new BatchSize()
  let first: Place = null
  let page: Page
  do {
    const startedAt = performance.now()
    page = await nextPage(session, step.walk, { first, last: null }, size.rows)
    const [answer] = await session.query<{ rows: string; bad: string; keys: readonly string[] }>(step.sql, [
      page.first,
      page.last,
      mostOffendingKeys - seen.keys.length,
    ])
    seen.rows += Number(answer?.rows ?? 0)
    seen.bad += Number(answer?.bad ?? 0)
    seen.keys = [...seen.keys, ...(answer?.keys ?? [])].slice(0, mostOffendingKeys)
    size.learn(page.rows, performance.now() - startedAt, statementMs)
    first = page.last
  } while (!page.isLast)
}

async function mismatch(
  session: Session,
  step: VerifyStep,
  { bad, keys }: Comparison,
  observer: ExecutionObserver,
): Promise<RefusedError> {
  const { difference } = step
  const { relation } = step.walk
  const unfilled = Math.min(bad, await countUnfilled(session, step))
  const code = unfilled > 0 ? "VERIFY_UNFILLED" : difference.code
  await observer.offendingKeys(step.id, code, relation, keys)
  const wrong = `${bad - unfilled} ${difference.what}`
  const message = unfilled === 0 ? wrong : `${unfilled} rows that aren't filled${bad > unfilled ? ` and ${wrong}` : ""}`
  return new RefusedError({
    code,
    subject: displayName(relation),
    message: `${displayName(relation)} has ${message}`,
    hint:
      unfilled > 0
        ? "Something wrote past the triggers. Any UPDATE of such a row fills it; then `sluice retry`. See docs/dual-write.md."
        : difference.hint,
  })
}

async function countUnfilled(session: Session, step: VerifyStep): Promise<number> {
  if (step.countUnfilled === null) return 0
  const [row] = await session.query<{ rows: string }>(step.countUnfilled)
  return Number(row?.rows ?? 0)
}
