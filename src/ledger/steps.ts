import type { Phase } from "../domain/phase.ts"
import type { Finding } from "../domain/finding.ts"
import type { BackfillProgress, Blocker, StepState } from "../domain/run.ts"
import type { Control, Transaction } from "./control.ts"
import { clockTolerance, notAhead, type Place } from "./place.ts"

/** How a step's attempt ended, for `status`. */
export interface StepEnd {
  readonly state: StepState
  readonly error: Finding | null
}

/** The run works in this phase now. The first attempt of each phase says so; its state is not touched. */
export async function phaseEntered(
  control: Control | Transaction,
  run: string,
  phase: Phase,
  place?: Place,
): Promise<void> {
  await control.query(
    `UPDATE sluice_control.run
        SET phase = $2, updated_at = clock_timestamp(),
            told_at = greatest(${notAhead("told_at")}, ${notAhead("$3::bigint")})
      WHERE run = $1 AND ended_at IS NULL
        AND ($3::bigint IS NULL OR $3 >= ${notAhead("told_at")} - ${clockTolerance})`,
    [run, phase, place?.decidedAt ?? null],
  )
}

/** An attempt of the step begins. A name that isn't one of the plan's steps (`backup`) is passed over. */
export async function stepBegan(
  control: Control | Transaction,
  run: string,
  step: string,
  place?: Place,
): Promise<void> {
  await control.query(
    `WITH touched AS (UPDATE sluice_control.run SET updated_at = clock_timestamp() WHERE run = $1)
     UPDATE sluice_control.step SET attempts = attempts + 1 WHERE run = $1 AND step = $2`,
    [run, step],
  )
  await control.query(
    `UPDATE sluice_control.step
        SET state = 'running', started_at = coalesce(started_at, clock_timestamp()), ended_at = NULL, error = NULL,
            ${told(3)}
      WHERE run = $1 AND step = $2 AND ${isNewest(3)}`,
    [run, step, ...valuesOf(place)],
  )
}

/** The attempt ended. Nobody stands in its way any longer. */
export async function stepEnded(
  control: Control | Transaction,
  run: string,
  step: string,
  { state, error }: StepEnd,
  place?: Place,
): Promise<void> {
  await control.query(
    `WITH ended AS (
       UPDATE sluice_control.step
          SET state = $3, error = $4, ${told(5)},
              -- Its undo is no part of a step's own time.
              ended_at = CASE WHEN $3 = 'undone' THEN coalesce(ended_at, clock_timestamp())
                              WHEN $3 IN ('done', 'skipped', 'failed') THEN clock_timestamp() END
        WHERE run = $1 AND step = $2 AND ${isNewest(5)}
       RETURNING run)
     UPDATE sluice_control.run SET updated_at = clock_timestamp(), blockers = '[]' WHERE run IN (SELECT run FROM ended)`,
    [run, step, state, error === null ? null : JSON.stringify(error), ...valuesOf(place)],
  )
}

/** The run's steps that stand as that, `done` or `undone`, in the plan's order. */
export async function stepsThatAre(
  control: Control,
  run: string,
  state: "done" | "undone",
): Promise<readonly string[]> {
  const rows = await control.query<{ step: string }>(
    "SELECT step FROM sluice_control.step WHERE run = $1 AND state = $2 ORDER BY position",
    [run, state],
  )
  return rows.map(({ step }) => step)
}

/** An attempt of a step that tells what it sees while it works. */
export interface Teller {
  readonly step: string
  readonly place: Place
}

/** Who is in the way of the run's locks; an empty list: nobody any more. */
export async function setBlockers(
  control: Control,
  run: string,
  blockers: readonly Blocker[],
  teller?: Teller,
): Promise<void> {
  await control.query(
    `UPDATE sluice_control.run AS r SET blockers = $2
      WHERE run = $1 AND ended_at IS NULL AND blockers <> $2::jsonb AND ${isNotOvertaken(3)}`,
    [run, JSON.stringify(blockers), teller?.step ?? null, ...valuesOf(teller?.place)],
  )
}

/** How far the backfill is; null: there is none to show any more. */
export async function setProgress(
  control: Control,
  run: string,
  progress: BackfillProgress | null,
  teller?: Teller,
): Promise<void> {
  await control.query(
    `UPDATE sluice_control.run AS r SET progress = $2, updated_at = clock_timestamp()
      WHERE run = $1 AND ended_at IS NULL AND ${isNotOvertaken(3)}`,
    [run, progress === null ? null : JSON.stringify(progress), teller?.step ?? null, ...valuesOf(teller?.place)],
  )
}

/** No later attempt has told of that step; a name that isn't one of the plan's steps is never overtaken. */
function isNotOvertaken(first: number): string {
  return `NOT EXISTS (SELECT FROM sluice_control.step WHERE run = r.run AND step = $${first} AND NOT ${isNewest(first + 1)})`
}

/** Nothing newer was told of the step. NULL: told by somebody who always counts. */
function isNewest(first: number): string {
  return `($${first}::bigint IS NULL OR (${notAhead("told_at")}, told_attempt) <= ($${first}::bigint, $${first + 1}::integer))`
}

function told(first: number): string {
  return `told_at = coalesce(${notAhead(`$${first}::bigint`)}, told_at), told_attempt = coalesce($${first + 1}, told_attempt)`
}

function valuesOf(place: Place | undefined): readonly (number | null)[] {
  return [place?.decidedAt ?? null, place?.attempt ?? null]
}
