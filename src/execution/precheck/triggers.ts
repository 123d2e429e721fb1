import type { Finding } from "../../domain/finding.ts"
import { displayName } from "../../domain/relation.ts"
import type { BackfillStep } from "../../domain/step.ts"
import type { Session } from "../../postgres/session.ts"
import { mayUseReplicaRole } from "../backfill/replica-role.ts"
import type { TargetRun } from "../target-run.ts"

/** Application triggers that the backfill will fire for every row that it fills. */
export async function checkTriggers(session: Session, { plan }: TargetRun): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for (const step of plan.steps) {
    // What only the way back writes is no matter of this way.
    if (step.action === "backfill" && !step.back) findings.push(...(await firing(session, step)))
  }
  return findings
}

async function firing(session: Session, { backfill }: BackfillStep): Promise<readonly Finding[]> {
  const { relation, writes } = backfill
  if (writes.length === 0 || (await mayUseReplicaRole(session, backfill))) return []
  const triggers = await session.query<{ name: string }>(
    `SELECT t.tgname AS name
       FROM pg_trigger AS t
       JOIN pg_class AS c ON c.oid = t.tgrelid
       JOIN pg_namespace AS n ON n.oid = c.relnamespace
      WHERE n.nspname = $1 AND c.relname = $2
        AND NOT t.tgisinternal
        AND t.tgenabled IN ('O', 'A')
        AND t.tgtype & 16 <> 0 -- ON UPDATE
        AND NOT starts_with(t.tgname, '~sluice_')
      ORDER BY t.tgname`,
    [relation.schema, relation.name],
  )
  if (triggers.length === 0) return []
  return [
    {
      code: "TRIGGERS_FIRE",
      severity: "warning",
      subject: displayName(relation),
      message: `the backfill will fire for every row: ${triggers.map(({ name }) => name).join(", ")}`,
      hint: "GRANT SET ON PARAMETER session_replication_role lets it pass them by, unless a foreign key or deferrable constraint needs them.",
    },
  ]
}
