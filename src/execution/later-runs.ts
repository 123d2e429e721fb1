import type { LaterRun } from "../domain/later-run.ts"
import type { Session } from "../postgres/session.ts"

/**
 * The latest run that has built on relations of this one after its contract; null: none, or this run's contract isn't
 * done. A run that only reads what this one made isn't seen, and neither is a revision that was stamped: PostgreSQL's own
 * dependencies, and what the undoing steps observe, stand against those.
 *
 * Between registration and contract a run holds the lease on its relations, so that of two that share one, the first
 * rows in the journal tell which came later. An aborted one counts where it left its revision behind. Clocks tell nothing: a failover may set them back.
 */
export async function laterRunOf(session: Session, run: string): Promise<LaterRun | null> {
  const [later] = await session.query<LaterRun>(
    `SELECT other.run, other.revisions, other.state = 'active' AS "isAtWork",
            ARRAY(SELECT unnest(own.relations) INTERSECT SELECT unnest(other.relations) ORDER BY 1) AS shared
       FROM sluice.run AS own
       JOIN sluice.run AS other ON other.run <> own.run AND other.relations && own.relations
       LEFT JOIN LATERAL (SELECT min(seq) AS seq FROM sluice.journal WHERE run = own.run) AS mine ON true
       LEFT JOIN LATERAL (SELECT min(seq) AS seq FROM sluice.journal WHERE run = other.run) AS theirs ON true
      WHERE own.run = $1
        AND own.state IN ('contracted', 'completed')
        AND (other.state <> 'aborted' OR EXISTS (SELECT FROM sluice.revision WHERE run = other.run))
        AND (other.state = 'active' OR theirs.seq > mine.seq)
      ORDER BY other.state = 'active' DESC, theirs.seq DESC
      LIMIT 1`,
    [run],
  )
  return later ?? null
}
