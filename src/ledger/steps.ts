import type { Phase } from "../domain/phase.ts"
import type { Finding } from "../domain/finding.ts"
import type { BackfillProgress, Blocker, StepState } from "../domain/run.ts"
import type { Control, Transaction } from "./control.ts"

/** How a step's attempt ended, for `status`. */
export interface StepEnd {
  readonly state: StepState
  readonly error: Finding | null
}

/** The run works in this phase now. The first attempt of each phase says so; its state is not touched. */
export async function phaseEntered(control: Control | Transaction, run: string, phase: Phase): Promise<void> {
  await control.query(
    `UPDATE sluice_control.run SET phase = $2, updated_at = clock_timestamp()
      WHERE run = $1 AND phase <> $2 AND ended_at IS NULL`,
    [run, phase],
  )
}

/** An attempt of the step begins. A name that isn't one of the plan's steps (`backup`) is passed over. */
export async function stepBegan(control: Control | Transaction, run: string, step: string): Promise<void> {
  await control.query(
    `WITH touched AS (UPDATE sluice_control.run SET updated_at = clock_timestamp() WHERE run = $1)
     UPDATE sluice_control.step
        SET state = 'running', attempts = attempts + 1, started_at = coalesce(started_at, clock_timestamp()),
            ended_at = NULL, error = NULL
      WHERE run = $1 AND step = $2`,
    [run, step],
  )
}

/** The attempt ended. Nobody stands in its way any longer. */
export async function stepEnded(
  control: Control | Transaction,
  run: string,
  step: string,
  { state, error }: StepEnd,
): Promise<void> {
  await control.query(
    `WITH touched AS (UPDATE sluice_control.run SET updated_at = clock_timestamp(), blockers = '[]' WHERE run = $1)
     UPDATE sluice_control.step
        SET state = $3, error = $4,
            -- Its undo is no part of a step's own time.
            ended_at = CASE WHEN $3 = 'undone' THEN coalesce(ended_at, clock_timestamp())
                            WHEN $3 IN ('done', 'skipped', 'failed') THEN clock_timestamp() END
      WHERE run = $1 AND step = $2`,
    [run, step, state, error === null ? null : JSON.stringify(error)],
  )
}

/** Who is in the way of the run's locks; an empty list: nobody any more. */
export async function setBlockers(control: Control, run: string, blockers: readonly Blocker[]): Promise<void> {
  await control.query(
    "UPDATE sluice_control.run SET blockers = $2 WHERE run = $1 AND ended_at IS NULL AND blockers <> $2::jsonb",
    [run, JSON.stringify(blockers)],
  )
}

/** How far the backfill is; null: there is none to show any more. */
export async function setProgress(control: Control, run: string, progress: BackfillProgress | null): Promise<void> {
  await control.query(
    "UPDATE sluice_control.run SET progress = $2, updated_at = clock_timestamp() WHERE run = $1 AND ended_at IS NULL",
    [run, progress === null ? null : JSON.stringify(progress)],
  )
}
