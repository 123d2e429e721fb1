import type { Session } from "../postgres/session.ts"

/** A revision as the target says that it is applied. */
export interface AppliedRevision {
  readonly id: string
  readonly parents: readonly string[]
  readonly title: string
  /** null: stamped, not run. */
  readonly planHash: string | null
  readonly run: string | null
  readonly contentHash: string
  readonly appliedAt: Date
}

/** In the order in which they were applied. Needs the journal (see ensureJournal). */
export async function appliedRevisions(session: Session): Promise<readonly AppliedRevision[]> {
  return session.query<AppliedRevision>(`
    SELECT id, parents, title, plan_hash AS "planHash", run, content_hash AS "contentHash", applied_at AS "appliedAt"
      FROM sluice.revision
     ORDER BY applied_at, id`)
}
