import { displayName, type RelationName } from "../../domain/relation.ts"
import type { Session, Statement } from "../../postgres/session.ts"
import type { Place, Range } from "./walk.ts"

/** How far one range of a backfill is, as the target's journal has it. */
export interface Cursor extends Range {
  readonly number: number
  readonly position: Place
  /** Rows that are filled: by a batch, or by a writer before it. Never too high; may be too low until the end. */
  readonly rowsDone: number
  /** Rows that a batch of ours filled. */
  readonly rowsFilled: number
  /** Starts at 1. */
  readonly pass: number
  readonly isFinished: boolean
}

export interface StepRef {
  readonly run: string
  readonly step: string
}

export async function readCursors(session: Session, { run, step }: StepRef): Promise<readonly Cursor[]> {
  return session.query<Cursor>(
    `SELECT range AS number, first_key AS first, last_key AS last, position, pass, finished AS "isFinished",
            rows_done::float8 AS "rowsDone", rows_filled::float8 AS "rowsFilled"
       FROM sluice.cursor
      WHERE run = $1 AND step = $2
      ORDER BY range`,
    [run, step],
  )
}

/** What is known when a backfill begins. */
export interface NewBackfill {
  readonly relation: RelationName
  /** By estimate. */
  readonly rowsTotal: number
  /** False: it goes by the place of rows, and counts them by estimate. */
  readonly byKey: boolean
  readonly ranges: readonly Range[]
}

/** Writes the cursors of a backfill that begins. Within a transaction that has checked the fence. */
export async function createCursors(
  session: Session,
  { run, step }: StepRef,
  { relation, rowsTotal, byKey, ranges }: NewBackfill,
): Promise<void> {
  await session.query(
    `INSERT INTO sluice.backfill (run, step, relation, rows_total, by_key) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (run, step) DO UPDATE SET rows_total = excluded.rows_total, started_at = clock_timestamp()`,
    [run, step, displayName(relation), rowsTotal, byKey],
  )
  await session.query(
    `INSERT INTO sluice.cursor (run, step, range, first_key, last_key)
     SELECT $1, $2, ordinality - 1, first_key, last_key
       FROM unnest($3::jsonb[], $4::jsonb[]) WITH ORDINALITY AS range (first_key, last_key)`,
    [run, step, ranges.map(({ first }) => asJson(first)), ranges.map(({ last }) => asJson(last))],
  )
}

/** What a batch has brought. */
export interface Advance {
  readonly position: Place
  readonly rowsDone: number
  readonly rowsFilled: number
  readonly isFinished: boolean
}

/** Moves one range's cursor on, in the batch's own transaction. */
export function advanceCursor(
  { run, step }: StepRef,
  range: number,
  { position, rowsDone, rowsFilled, isFinished }: Advance,
): Statement {
  return {
    text: `UPDATE sluice.cursor
        SET position = $4, rows_done = rows_done + $5, rows_filled = rows_filled + $6, finished = $7,
            updated_at = clock_timestamp()
      WHERE run = $1 AND step = $2 AND range = $3`,
    values: [run, step, range, asJson(position), rowsDone, rowsFilled, isFinished],
  }
}

/**
 * Sends every range back to its beginning for one more pass; the last one then reaches to wherever the table ends. Within a
 * transaction that has checked the fence.
 */
export async function beginNextPass(session: Session, { run, step }: StepRef): Promise<void> {
  await session.query(
    `UPDATE sluice.cursor
        SET position = NULL, finished = false, pass = pass + 1, updated_at = clock_timestamp(),
            last_key = CASE WHEN range < (SELECT max(range) FROM sluice.cursor WHERE run = $1 AND step = $2) THEN last_key END
      WHERE run = $1 AND step = $2`,
    [run, step],
  )
}

/** How many rows the table had by estimate when the backfill began. */
export async function estimatedRows(session: Session, { run, step }: StepRef): Promise<number> {
  const [row] = await session.query<{ total: number }>(
    "SELECT rows_total::float8 AS total FROM sluice.backfill WHERE run = $1 AND step = $2",
    [run, step],
  )
  return row?.total ?? 0
}

/** The backfill has ended: by key, its total is no estimate any more. Null: what the cursors have counted. */
export async function settleTotal(session: Session, { run, step }: StepRef, total: number | null): Promise<void> {
  await session.query(
    `UPDATE sluice.backfill
        SET rows_total = coalesce($3, (SELECT coalesce(sum(rows_done), 0) FROM sluice.cursor WHERE run = $1 AND step = $2))
      WHERE run = $1 AND step = $2 AND by_key`,
    [run, step, total],
  )
}

/** pg would send an array as a PostgreSQL array. */
function asJson(place: Place): string | null {
  return place === null ? null : JSON.stringify(place)
}
