import type { Finding } from "../../domain/finding.ts"
import type { Session } from "../../postgres/session.ts"
import type { TargetRun } from "../target-run.ts"

interface Default {
  /** A role, or null: of everybody in the database. */
  readonly role: string | null
  readonly level: string
}

/** Of roles and of this database; and the server's own, as it would be in our session if that hadn't pinned it. */
const defaultsSql = `
WITH setting AS (
  SELECT s.setrole, split_part(entry, '=', 2) AS level
    FROM pg_db_role_setting AS s, unnest(s.setconfig) AS entry
   WHERE s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
     AND starts_with(entry, 'default_transaction_isolation=')
), strict AS (
  SELECT r.rolname::text AS role, setting.level
    FROM setting LEFT JOIN pg_roles AS r ON r.oid = setting.setrole
   UNION
  SELECT NULL, s.reset_val
    FROM pg_settings AS s
   WHERE s.name = 'default_transaction_isolation'
     AND NOT EXISTS (SELECT FROM setting WHERE setrole = (SELECT oid FROM pg_roles WHERE rolname = session_user))
)
SELECT role, level FROM strict WHERE level IN ('repeatable read', 'serializable') ORDER BY role, level`

/**
 * Whose transactions keep one snapshot by default: an UPDATE in them of a row that a batch has filled since they began
 * fails. What a statement or a driver chooses for itself can't be seen.
 */
export async function checkIsolation(session: Session, { plan, target }: TargetRun): Promise<readonly Finding[]> {
  if (!plan.steps.some(({ action }) => action === "backfill")) return []
  const defaults = await session.query<Default>(defaultsSql)
  return defaults.map(({ role, level }) => ({
    code: "STRICT_ISOLATION",
    severity: "warning",
    subject: role ?? target.name,
    message: `transactions of ${role ?? "this database"} are ${level} by default: one that updates a row which the backfill has filled since it began fails with SQLSTATE 40001`,
    hint: "Such applications have to try again after 40001 anyway; see that they do. A smaller limits.batchDuration doesn't change it.",
  }))
}
