import type { BackfillStep } from "../../domain/step.ts"
import type { Session } from "../../postgres/session.ts"
import type { Sql } from "../../sql/sql.ts"
import { checkFence, type Claim } from "../fence.ts"
import { advanceCursor, type Cursor } from "./cursors.ts"
import { hasUnfilled, nextPage, type Page } from "./walk.ts"

export interface Batch {
  readonly page: Page
  /** Rows that it filled; the others were filled already, or are locked. */
  readonly filled: number
  /** Rows that are filled and that no batch has counted before. */
  readonly done: number
  /** The range's cursor after it. */
  readonly cursor: Cursor
  /**
   * How long its rows took, in milliseconds. That is what others have to wait for and what the server's processors do;
   * the words to and fro around it take longer the more others are at work, and would say that little is much.
   */
  readonly filledMs: number
}

/**
 * One batch: fence, rows and cursor in one commit. A worker killed at any instant leaves either all of it or nothing,
 * and one that was overtaken writes nothing. `onPage` hears which rows it is about before they are touched.
 */
export async function runBatch(
  session: Session,
  { claim, step, statement }: { readonly claim: Claim; readonly step: BackfillStep; readonly statement: Sql },
  { cursor, rows, onPage }: { readonly cursor: Cursor; readonly rows: number; readonly onPage: (page: Page) => void },
): Promise<Batch> {
  return session.transaction(async () => {
    await checkFence(session, claim)
    const left = { first: cursor.position ?? cursor.first, last: cursor.last }
    // Later passes are after a few rows only: a range without any is done with one question.
    const isSkipped = cursor.pass > 1 && cursor.position === null && !(await hasUnfilled(session, step.backfill, left))
    const page = isSkipped ? { ...left, rows: 0, isLast: true } : await nextPage(session, step.backfill, left, rows)
    onPage(page)
    const startedAt = performance.now()
    const filled = isSkipped ? 0 : await session.execute(statement, [page.first, page.last])
    const filledMs = performance.now() - startedAt
    const done = await doneIn(session, step, { cursor, page, filled })
    const advance = { position: page.last, rowsDone: done, rowsFilled: filled, isFinished: page.isLast }
    await advanceCursor(session, { run: claim.run, step: step.id }, cursor.number, advance)
    const after = {
      ...cursor,
      position: page.last,
      rowsDone: cursor.rowsDone + done,
      rowsFilled: cursor.rowsFilled + filled,
      isFinished: page.isLast,
    }
    return { page, filled, done, cursor: after, filledMs }
  })
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
  // The statement has left the role's own path behind, in which an operator may be nearer to the key's types than ours.
  await session.query("SET LOCAL search_path = pg_catalog")
  return (await hasUnfilled(session, backfill, page)) ? filled : page.rows
}
