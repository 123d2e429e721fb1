import type { Finding } from "../../domain/finding.ts"
import type { Session } from "../../postgres/session.ts"
import type { TargetRun } from "../target-run.ts"
import { earlyRoleFindings } from "../version-roles.ts"

/** The versions' roles are there, and the old application is on its views before the tables under them change. */
export async function checkVersions(session: Session, { plan }: TargetRun): Promise<readonly Finding[]> {
  return earlyRoleFindings(session, plan.versions)
}
