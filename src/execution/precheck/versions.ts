import type { Finding } from "../../domain/finding.ts"
import type { Session } from "../../postgres/session.ts"
import type { TargetRun } from "../target-run.ts"
import { oldRoleFindings } from "../version-roles.ts"

/** The old application is on its version's views before the tables under them change. */
export async function checkVersions(session: Session, { plan }: TargetRun): Promise<readonly Finding[]> {
  return oldRoleFindings(session, plan.versions)
}
