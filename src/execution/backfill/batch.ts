import type { BackfillStep } from "../../domain/step.ts"
import type { Session } from "../../postgres/session.ts"
import type { Sql } from "../../sql/sql.ts"
import { demandHeld, fenceQuestion, type Claim, type FenceRow } from "../fence.ts"
import { advanceCursor, type Cursor } from "./cursors.ts"
import { hasUnfilled, nextPage, pageOf, pageQuestion, type Page, type PageEnd, type Range } from "./walk.ts"

export interface Batch {
  readonly page: Page
  /** Rows that it filled; the others were filled already, or are locked. */
  readonly filled: number
  /** Rows that are filled and that no batch has counted before. */
  readonly done: number
  /** The range's cursor after it. */
  readonly cursor: Cursor
  /** The range's next rows; null: it has none. */
  readonly next: Page | null
  /** How long its rows took, in milliseconds: all that the server did for them, but the commit. */
  readonly filledMs: number
}

/** What is to be filled next. */
export interface BatchRequest {
  readonly cursor: Cursor
  /** The rows that it is about, as the batch before has found them; null: the first of what is left of the range. */
  readonly page: Page | null
  /** About how many rows a page should have that is looked for. */
  readonly rows: number
  /** Hears which rows it is about before they are touched. */
  readonly onPage: (page: Page) => void
}

/**
 * One batch: fence, rows and cursor in one commit. A worker killed at any instant leaves either all of it or nothing,
 * and one that was overtaken commits nothing. Sent in two parts, of which the first also looks for the batch behind it:
 * each wait for an answer is time in which this range isn't filled, and another turn of a processor that others need.
 */
export async function runBatch(
  session: Session,
  work: { readonly claim: Claim; readonly step: BackfillStep; readonly statement: Sql },
  request: BatchRequest,
): Promise<Batch> {
  const { claim, step } = work
  const { cursor } = request
  return session.transaction(
    async () => {
      const page = request.page ?? (await findPage(session, step, request))
      request.onPage(page)
      const startedAt = performance.now()
      const { filled, next } = await fillPage(session, work, { cursor, page, rows: request.rows })
      const filledMs = performance.now() - startedAt
      const done = await doneIn(session, step, { cursor, page, filled })
      return { page, filled, done, next, filledMs, cursor: advanced(cursor, { page, filled, done }) }
    },
    {
      closing: ({ page, filled, done }) =>
        advanceCursor({ run: claim.run, step: step.id }, cursor.number, {
          position: page.last,
          rowsDone: done,
          rowsFilled: filled,
          isFinished: page.isLast,
        }),
    },
  )
}

function leftOf({ position, first, last }: Cursor): Range {
  return { first: position ?? first, last }
}

/** Later passes are after a few rows only: a range without any is done with one question, and is one empty page. */
async function findPage(
  session: Session,
  { backfill }: BackfillStep,
  { cursor, rows }: Pick<BatchRequest, "cursor" | "rows">,
): Promise<Page> {
  const left = leftOf(cursor)
  const isDone = cursor.pass > 1 && cursor.position === null && !(await hasUnfilled(session, backfill, left))
  return isDone ? { ...left, rows: 0, isLast: true } : nextPage(session, backfill, left, rows)
}

async function fillPage(
  session: Session,
  { claim, step, statement }: { readonly claim: Claim; readonly step: BackfillStep; readonly statement: Sql },
  { cursor, page, rows }: { readonly cursor: Cursor; readonly page: Page; readonly rows: number },
): Promise<{ readonly filled: number; readonly next: Page | null }> {
  const behind = { first: page.last, last: cursor.last }
  // Before the rows are filled: that takes up the role's own path, in which an operator may be nearer to the key's types.
  const further = page.isLast ? [] : [pageQuestion(step.backfill, behind, rows)]
  const isEmpty = page.rows === 0 && page.isLast && cursor.pass > 1
  const filling = isEmpty ? [] : [{ text: statement, values: [page.first, page.last], isKept: true }]
  const [fence, ...answers] = await session.together([fenceQuestion(claim), ...further, ...filling])
  // Whoever was overtaken is thrown out here, and what its statement did is rolled back.
  demandHeld(claim, (fence?.rows ?? []) as readonly FenceRow[])
  const ends = (answers[0]?.rows ?? []) as readonly PageEnd[]
  return {
    filled: isEmpty ? 0 : (answers.at(-1)?.count ?? 0),
    next: page.isLast ? null : pageOf(step.backfill, behind, rows, ends),
  }
}

function advanced(
  cursor: Cursor,
  { page, filled, done }: { readonly page: Page; readonly filled: number; readonly done: number },
): Cursor {
  return {
    ...cursor,
    position: page.last,
    rowsDone: cursor.rowsDone + done,
    rowsFilled: cursor.rowsFilled + filled,
    isFinished: page.isLast,
  }
}

/**
 * How many of the page's rows are filled now and weren't counted before. A row that others hold isn't, and is counted by
 * the pass that fills it. Where one is, rows of the page that applications filled wait with it: the figure may be too
 * low until the end, never too high.
 */
async function doneIn(
  session: Session,
  { backfill }: BackfillStep,
  { cursor, page, filled }: { readonly cursor: Cursor; readonly page: Page; readonly filled: number },
): Promise<number> {
  if (cursor.pass > 1 || filled >= page.rows) return cursor.pass > 1 ? filled : page.rows
  return (await hasUnfilled(session, backfill, page)) ? filled : page.rows
}
