import { RefusedError } from "../domain/errors.ts"
import type { Session } from "../postgres/session.ts"

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
}

/** All runs, oldest first. */
export async function findRuns(session: Session): Promise<readonly JournaledRun[]> {
  return session.query<JournaledRun>(`
    SELECT run, plan_hash AS "planHash", workflow_id AS "workflowId", revisions, relations, state,
           started_at AS "startedAt", ended_at AS "endedAt"
      FROM sluice.run
     ORDER BY started_at, run`)
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
