import { RefusedError } from "../domain/errors.ts"
import type { Session } from "../postgres/session.ts"
import { journalVersion } from "./schema/ensure-journal.ts"

/**
 * `active` until contracted: holds the lease on its relations. `contracted`: the old shape is hidden, undo is still
 * possible. `completed`, `aborted`: ended.
 */
export const journaledRunStates = ["active", "contracted", "completed", "aborted"] as const
export type JournaledRunState = (typeof journaledRunStates)[number]

/** A run as the target's journal knows it. */
export interface JournaledRun {
  readonly run: string
  readonly planHash: string
  readonly workflowId: string
  readonly revisions: readonly string[]
  /** As displayName writes them, and the version views of a schema, where the run makes a version. */
  readonly relations: readonly string[]
  readonly state: JournaledRunState
  readonly startedAt: Date
  readonly endedAt: Date | null
  /** The control database that has started it; null: not known, an earlier version entered it. */
  readonly control: string | null
}

/** All runs, oldest first. */
export async function findRuns(session: Session): Promise<readonly JournaledRun[]> {
  return session.query<JournaledRun>(
    `SELECT ${columnsIn(await journalVersion(session))} FROM sluice.run ORDER BY started_at, run`,
  )
}

/** The run of this name, whoever's it is; null where the journal has none, and where there is no journal (any more). */
export async function findRun(session: Session, run: string): Promise<JournaledRun | null> {
  const version = await journalVersion(session)
  if (version === 0) return null
  const [found] = await session.query<JournaledRun>(`SELECT ${columnsIn(version)} FROM sluice.run WHERE run = $1`, [
    run,
  ])
  return found ?? null
}

/** A journal is brought up to date by the first that writes to it; others read it as it is. */
function columnsIn(version: number): string {
  return `run, plan_hash AS "planHash", workflow_id AS "workflowId", revisions, relations, state,
          started_at AS "startedAt", ended_at AS "endedAt", ${version < 5 ? "NULL AS control" : "control"}`
}

/** Throws RefusedError RUN_UNKNOWN where the journal doesn't have the run. */
export async function setRunState(session: Session, run: string, state: JournaledRunState): Promise<void> {
  const updated = await session.query(
    `UPDATE sluice.run
        SET state = $2,
            ended_at = CASE WHEN $2 IN ('completed', 'aborted') THEN coalesce(ended_at, now()) END
      WHERE run = $1
  RETURNING run`,
    [run, state],
  )
  if (updated.length === 0) throw runUnknown(run)
}

export function runUnknown(run: string): RefusedError {
  return new RefusedError({
    code: "RUN_UNKNOWN",
    subject: run,
    message: `the target's journal has no run ${run}`,
    hint: "Is it another target's run? `sluice status` lists the runs.",
  })
}
