import type { Session } from "../postgres/session.ts"
import type { Attempt } from "./attempt.ts"
import type { Claim } from "./fence.ts"
import type { KnownParts } from "./known-parts.ts"

export type Direction = "do" | "undo"
export type StepOutcome = "done" | "observed"

/** One row of the journal: the step was carried out in that direction, or seen to be so. */
export interface JournalRow {
  readonly seq: number
  readonly step: string
  readonly direction: Direction
  readonly outcome: StepOutcome
  readonly epoch: number
  readonly attempt: number
  readonly at: Date
}

/** All rows of a run, oldest first. */
export async function readJournal(session: Session, run: string): Promise<readonly JournalRow[]> {
  return session.query<JournalRow>(
    `SELECT seq::float8 AS seq, step, direction, outcome, epoch::float8 AS epoch, attempt, at
       FROM sluice.journal
      WHERE run = $1
      ORDER BY seq`,
    [run],
  )
}

/** The newest row of a step: its direction says whether the step counts as done now. `null`: it never ran. */
export async function lastOf(session: Session, run: string, step: string): Promise<JournalRow | null> {
  const [row] = await session.query<JournalRow>(
    `SELECT seq::float8 AS seq, step, direction, outcome, epoch::float8 AS epoch, attempt, at
       FROM sluice.journal
      WHERE run = $1 AND step = $2
      ORDER BY seq DESC
      LIMIT 1`,
    [run, step],
  )
  return row ?? null
}

/** True where the step was done at some time, whatever became of it. */
export async function wasEverDone(session: Session, run: string, step: string): Promise<boolean> {
  const [row] = await session.query<{ done: boolean }>(
    "SELECT EXISTS (SELECT FROM sluice.journal WHERE run = $1 AND step = $2 AND direction = 'do') AS done",
    [run, step],
  )
  return row?.done ?? false
}

/** The steps that were done at some time, whatever became of them. */
export async function everDone(session: Session, run: string): Promise<ReadonlySet<string>> {
  const rows = await session.query<{ step: string }>(
    "SELECT DISTINCT step FROM sluice.journal WHERE run = $1 AND direction = 'do'",
    [run],
  )
  return new Set(rows.map(({ step }) => step))
}

/** The steps that count as done after these rows, in the order in which they were begun first. */
export function doneAfter(journal: readonly Pick<JournalRow, "step" | "direction">[]): readonly string[] {
  const last = new Map(journal.map(({ step, direction }) => [step, direction]))
  return [...last].filter(([, direction]) => direction === "do").map(([step]) => step)
}

export interface NewJournalRow {
  readonly step: string
  readonly direction: Direction
  readonly outcome: StepOutcome
  /** What keeps equal what the step has made or compared, as it was then. */
  readonly parts?: KnownParts | null
}

/** Call within the transaction of the work, after its fence check. */
export async function writeJournal(
  session: Session,
  claim: Claim,
  attempt: Attempt,
  { step, direction, outcome, parts = null }: NewJournalRow,
): Promise<void> {
  await session.query(
    `INSERT INTO sluice.journal (run, step, direction, outcome, epoch, attempt, parts)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [claim.run, step, direction, outcome, claim.epoch, attempt.number, parts && JSON.stringify(parts)],
  )
}
