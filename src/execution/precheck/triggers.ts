import type { Finding } from "../../domain/finding.ts"
import { displayName } from "../../domain/relation.ts"
import type { BackfillStep } from "../../domain/step.ts"
import type { Session } from "../../postgres/session.ts"
import { mayUseReplicaRole } from "../backfill/replica-role.ts"
import type { TargetRun } from "../target-run.ts"

/** Application triggers that the backfill will fire for the rows that it fills. */
export async function checkTriggers(session: Session, { plan }: TargetRun): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for (const step of plan.steps) {
    // What only the way back writes is no matter of this way.
    if (step.action === "backfill" && !step.back) findings.push(...(await firing(session, step)))
  }
  return findings
}

interface Trigger {
  readonly name: string
  /** Fires in a session that replays for a replica, too. */
  readonly always: boolean
}

async function firing(session: Session, { backfill }: BackfillStep): Promise<readonly Finding[]> {
  if (backfill.writes.length === 0) return []
  const passesBy = await mayUseReplicaRole(session, backfill)
  const triggers = (await updateTriggers(session, backfill)).filter(({ always }) => always || !passesBy)
  if (triggers.length === 0) return []
  const names = [...new Set(triggers.map(({ name }) => name))]
  return [
    {
      code: "TRIGGERS_FIRE",
      severity: "warning",
      subject: displayName(backfill.relation),
      message: `the backfill will fire for every row: ${names.join(", ")}`,
      hint: passesBy
        ? "ENABLE ALWAYS makes them fire in any session. Let them tell the backfill by its application_name, sluice/…, or disable them meanwhile."
        : "GRANT SET ON PARAMETER session_replication_role lets it pass them by, unless a foreign key or deferrable constraint needs them.",
    },
  ]
}

/** The application's own, on the table and on its partitions, that an UPDATE of what we write fires. */
async function updateTriggers(session: Session, backfill: BackfillStep["backfill"]): Promise<readonly Trigger[]> {
  const { relation, writes } = backfill
  return session.query<Trigger>(
    `WITH root AS (
       SELECT c.oid FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE n.nspname = $1 AND c.relname = $2
     )
     SELECT DISTINCT t.tgname AS name, t.tgenabled = 'A' AS always
       FROM pg_trigger AS t
      WHERE t.tgrelid IN (SELECT root.oid FROM root UNION SELECT p.relid FROM root, pg_partition_tree(root.oid) AS p)
        AND NOT t.tgisinternal
        AND t.tgenabled IN ('O', 'A')
        AND t.tgtype & 16 <> 0 -- ON UPDATE
        AND (t.tgattr = '' OR EXISTS (SELECT FROM pg_attribute AS a
                                       WHERE a.attrelid = t.tgrelid AND a.attnum = ANY (t.tgattr) AND a.attname = ANY ($3)))
        AND NOT starts_with(t.tgname, '~sluice_')
      ORDER BY t.tgname`,
    [relation.schema, relation.name, writes],
  )
}
