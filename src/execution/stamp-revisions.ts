import { RefusedError } from "../domain/errors.ts"
import type { PlannedRevision } from "../domain/plan.ts"
import type { Session } from "../postgres/session.ts"
import { findRuns } from "./run-rows.ts"
import { journalLock } from "./schema/ensure-journal.ts"

/**
 * Says in the target that revisions are applied which no run of ours has run. Those that stand there already stay as
 * they are. Answers the ids that are new. Call within a transaction, after {@link refuseWhileActive}.
 */
export async function stampRevisions(
  session: Session,
  revisions: readonly PlannedRevision[],
): Promise<readonly string[]> {
  const recorded: string[] = []
  for (const { id, parents, title, contentHash } of revisions) {
    const rows = await session.query(
      `INSERT INTO sluice.revision (id, parents, title, content_hash, plan_hash, run)
       VALUES ($1, $2, $3, $4, NULL, NULL)
       ON CONFLICT (id) DO NOTHING
       RETURNING id`,
      [id, parents, title, contentHash],
    )
    if (rows.length > 0) recorded.push(id)
  }
  return recorded
}

/** The run that applied the revision and may still be undone; null: none. */
export async function keeperOf(session: Session, revision: string | null): Promise<string | null> {
  const runs = await findRuns(session)
  const keeper = runs.find(({ state, revisions }) => state === "contracted" && revisions.includes(revision ?? ""))
  return keeper?.run ?? null
}

/**
 * No run is at work, and none begins before the transaction ends: half-way through a run the tables show neither the
 * shape before it nor the one after. Throws RefusedError RUN_ACTIVE.
 */
export async function refuseWhileActive(session: Session): Promise<void> {
  await session.query("SELECT pg_advisory_xact_lock($1)", [journalLock])
  const active = (await findRuns(session)).find(({ state }) => state === "active")
  if (!active) return
  throw new RefusedError({
    code: "RUN_ACTIVE",
    subject: active.run,
    message: `run ${active.run} is at work, so that the tables have no settled shape now`,
    hint: `Wait until it has contracted (\`sluice wait ${active.run} --for keep\`), or abort it.`,
  })
}
