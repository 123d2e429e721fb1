import type { Finding } from "../../domain/finding.ts"
import { firstFew } from "../../domain/first-few.ts"
import type { Plan } from "../../domain/plan.ts"
import { displayName } from "../../domain/relation.ts"
import { unidentifiedTables, type UnidentifiedTable } from "../../postgres/replica-identity.ts"
import type { Session } from "../../postgres/session.ts"
import { qualified } from "../../sql/sql.ts"
import type { TargetRun } from "../target-run.ts"

/** How many partitions are named. */
const most = 3

/** Every table that the run fills may be updated, as far as replication has a say in it. */
export async function checkReplicaIdentity(session: Session, { plan }: TargetRun): Promise<readonly Finding[]> {
  return replicaIdentityFindings(session, plan)
}

/** Tables that a backfill writes, and of which PostgreSQL would refuse every UPDATE. */
export async function replicaIdentityFindings(
  session: Session,
  { steps }: Pick<Plan, "steps">,
): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for (const step of steps) {
    // What only the way back writes is no matter of this way.
    if (step.action !== "backfill" || step.back || step.backfill.writes.length === 0) continue
    const tables = await unidentifiedTables(session, step.backfill.relation)
    if (tables.length > 0) findings.push(missing(displayName(step.backfill.relation), tables))
  }
  return findings
}

function missing(subject: string, tables: readonly UnidentifiedTable[]): Finding {
  const publications = [...new Set(tables.flatMap((table) => table.publications))].toSorted()
  const published = `${publications.length === 1 ? "publication" : "publications"} ${publications.join(", ")}`
  const names = firstFew(tables.map(displayName), most)
  const statements = tables.map((table) => `ALTER TABLE ${qualified(table)} REPLICA IDENTITY FULL;`)
  return {
    code: "REPLICA_IDENTITY_MISSING",
    severity: "error",
    subject,
    message: `PostgreSQL refuses every UPDATE of ${names}: ${published} would send it, and nothing tells its rows apart for that (no replica identity)`,
    hint: `${firstFew(statements, most, " ")} REPLICA IDENTITY USING INDEX costs less where a unique index fits. Or have the ${published} leave the table, or updates, out.`,
  }
}
