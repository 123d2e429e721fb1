import { SluiceError } from "../domain/errors.ts"
import { archiveSchema } from "../operations/archive/archive.ts"
import { withSession, type Session } from "../postgres/session.ts"
import { ident, sql } from "../sql/sql.ts"
import type { Attempt } from "./attempt.ts"
import { journalLock, journalVersion } from "./schema/ensure-journal.ts"
import { helperSessionName } from "./session-name.ts"
import type { TargetRun } from "./target-run.ts"

/**
 * At the end of a run with archives: where its way back took the last one, their schema goes as well. What comes in
 * between leaves an empty schema behind, which harms nobody, and `uninstall` drops it: no reason for a run not to end.
 */
export async function tidyArchiveSchema({ run, plan, target }: TargetRun, { signal }: Attempt): Promise<void> {
  if (!plan.steps.some(({ relations }) => relations.some(({ schema }) => schema === archiveSchema))) return
  const options = { url: target.url, applicationName: helperSessionName(run, "control"), signal }
  try {
    await withSession(options, dropEmptyArchiveSchema)
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
  }
}

/**
 * Only where no run is under way: one at its purge finds the schema there, and would be stopped if it went before its
 * archive is made. None can begin meanwhile, because registration waits for the same lock. And only what is empty, ours
 * to drop, and ours to make again.
 */
async function dropEmptyArchiveSchema(session: Session): Promise<void> {
  await session.transaction(async () => {
    await session.query("SELECT pg_advisory_xact_lock($1)", [journalLock])
    if ((await journalVersion(session)) === 0) return
    const [empty] = await session.query(
      `SELECT
         FROM pg_namespace AS n
        WHERE n.nspname = $1
          AND pg_has_role(n.nspowner, 'USAGE')
          AND has_database_privilege(current_database(), 'CREATE')
          AND NOT EXISTS (SELECT FROM pg_depend WHERE refclassid = 'pg_namespace'::regclass AND refobjid = n.oid)
          AND NOT EXISTS (SELECT FROM sluice.run WHERE state IN ('active', 'contracted'))`,
      [archiveSchema],
    )
    // Without CASCADE: what somebody puts there at this very moment stops it.
    if (empty) await session.query(sql`DROP SCHEMA ${ident(archiveSchema)}`)
  })
}
