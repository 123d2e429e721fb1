import { RefusedError, retold, UserError } from "../../domain/errors.ts"
import { displayName } from "../../domain/relation.ts"
import type { BackfillStep } from "../../domain/step.ts"
import { sqlstateOf } from "../../postgres/map-error.ts"
import type { Session } from "../../postgres/session.ts"
import { ident, qualified, sql, trusted, type Sql } from "../../sql/sql.ts"
import { withinLockBudget } from "../lock-budget.ts"
import type { StepContext } from "../step-context.ts"
import { BatchSize } from "./batch-size.ts"
import { runBatch } from "./batch.ts"
import type { Cursor } from "./cursors.ts"
import type { Meter } from "./meter.ts"
import type { Neighbours } from "./neighbours.ts"
import type { Pace } from "./pace.ts"
import type { RangeQueue } from "./range-queue.ts"
import type { Page } from "./walk.ts"
import { planForRanges } from "./range-plans.ts"
import { keepOwnSearchPath } from "../../postgres/own-search-path.ts"
import { mayUseReplicaRole } from "./replica-role.ts"

/** What all workers of a backfill share. */
export interface FillContext extends StepContext {
  readonly step: BackfillStep
  /** The statement of one batch: the step's `sql`, or on the way back its `undo`. */
  readonly statement: Sql
  readonly queue: RangeQueue
  readonly pace: Pace
  readonly meter: Meter
  readonly neighbours: Neighbours
  /** Aborted when the run is cancelled or another worker has failed. */
  readonly signal: AbortSignal
}

/** A batch takes a fraction of a second; one that takes this long has met something odd, and is cut in half. */
const batchTimeoutMs = 30_000

/** Takes ranges and fills them, batch by batch, until none is left or the pace asks for fewer workers. */
export async function fillRanges(context: FillContext, worker: number): Promise<void> {
  const { claimed, limits, pace, signal } = context
  const sessionLimits = { signal, lockTimeoutMs: limits.lockTimeoutMs, statementTimeoutMs: batchTimeoutMs }
  await claimed.withSession(sessionLimits, async (session) => {
    await prepare(session, context.step)
    try {
      await takeRanges(context, session, worker)
    } finally {
      pace.batches.delete(session.pid)
    }
  })
}

async function prepare(session: Session, { backfill }: BackfillStep): Promise<void> {
  await planForRanges(session)
  // A crash may take the last batches, rows and cursors together. Nobody builds on them before the backfill's end, which
  // is written down by a commit that waits for the disk, and with it for all before.
  await session.query("SET synchronous_commit = off")
  // For functions of the application's triggers, checks and indexes: they find their names as in any session of this role.
  await keepOwnSearchPath(session)
  if (await mayUseReplicaRole(session, backfill)) await session.query("SET session_replication_role = replica")
}

async function takeRanges(context: FillContext, session: Session, worker: number): Promise<void> {
  const { queue, pace, signal } = context
  const size = new BatchSize()
  let left: Left | null = null
  while ((await pace.turn(worker, signal)) === "work") {
    const cursor = left?.cursor ?? queue.take()
    if (cursor === null) return
    const after: Left = await fillNext(context, session, left ?? { cursor, page: null }, size)
    left = after.cursor.isFinished ? null : after
  }
  if (left) queue.giveBack(left.cursor)
}

/** What is left of a range. */
interface Left {
  readonly cursor: Cursor
  /** Its next rows; null: they are to be looked for. */
  readonly page: Page | null
}

/** Answers what is left after it: the same as before where the batch failed and is to be smaller. */
async function fillNext(context: FillContext, session: Session, left: Left, size: BatchSize): Promise<Left> {
  const { step, statement, claimed, meter, pace, attempt, signal } = context
  let about: Page | null = null
  const onPage = (page: Page): void => void (about = page)
  const standBack = (milliseconds: number): Promise<number> => pace.standBack(milliseconds, signal)
  const budget = { ...context, ...context.limits, attempt: { ...attempt, signal }, watchFirstTry: false, standBack }
  // Looked for when a batch was to be larger: since then somebody has come to whom that would be too long.
  const page = left.page !== null && left.page.rows <= 2 * size.rows ? left.page : null
  try {
    pace.batches.set(session.pid, page?.rows ?? size.rows)
    const work = { claim: claimed.claim, step, statement }
    const batch = await withinLockBudget(budget, session, () =>
      pace.inTurn(() => runBatch(session, work, { cursor: left.cursor, page, rows: size.rows, onPage }), signal),
    )
    size.learn(batch.page.rows, batch.filledMs, pace.batchMs)
    meter.add(batch)
    return { cursor: batch.cursor, page: batch.next }
  } catch (error) {
    signal.throwIfAborted()
    if (!isOfSomeRow(error)) throw error
    const wasCut = pace.wasCut(session.pid)
    // A page that was looked for before may have more rows.
    if (size.rows === 1 && page === null && !wasCut) {
      await nameTheRow(context, session, error, about)
      throw whileFilling(error, step)
    }
    size.shrink()
    return { cursor: left.cursor, page: null }
  }
}

/** A value that doesn't fit (classes 22 and 23), or one row's computation that takes too long: smaller batches find it. */
function isOfSomeRow(error: unknown): boolean {
  const sqlstate = sqlstateOf(error) ?? ""
  return sqlstate.startsWith("22") || sqlstate.startsWith("23") || sqlstate === "57014"
}

/** The same error, with what was being computed: PostgreSQL names neither column nor expression. */
function whileFilling(error: unknown, { backfill }: BackfillStep): unknown {
  if (!(error instanceof UserError || error instanceof RefusedError)) return error
  const [, ...columns] = backfill.writes
  const message = `${error.message}, while ${columns.join(", ")} of ${displayName(backfill.relation)} was computed`
  return retold(error, { ...error.finding, message })
}

/** The batch of one row that failed: tells the observer its key. */
async function nameTheRow(context: FillContext, session: Session, error: unknown, page: Page | null): Promise<void> {
  const { step, observer } = context
  const key = page?.last ?? (await lastKey(session, step))
  const code = error instanceof Error && "code" in error ? String(error.code) : "BUG"
  if (key) await observer.offendingKeys(step.id, code, step.backfill.relation, [keyText(key)])
}

/** The table's last row, whose page is open to the end. By place no single row can be told. */
async function lastKey(session: Session, { backfill }: BackfillStep): Promise<readonly string[] | null> {
  if (backfill.key.length === 0) return null
  const columns = backfill.key.map(ident)
  const [row] = await session.query<{ key: readonly string[] }>(
    sql`SELECT ARRAY[${trusted(columns.map((column) => sql`${column}::text`).join(", "))}] AS key
          FROM ${qualified(backfill.relation)}
         ORDER BY ${trusted(columns.map((column) => sql`${column} DESC`).join(", "))}
         LIMIT 1`,
  )
  return row?.key ?? null
}

function keyText(key: readonly string[]): string {
  return key.length === 1 ? (key[0] ?? "") : `(${key.join(",")})`
}
