import type { Finding } from "../../domain/finding.ts"
import type { Session } from "../../postgres/session.ts"
import type { TargetRun } from "../target-run.ts"

const oldestMajor = 15

/** The server takes writes, and is of the version that the plan was made for. */
export async function checkServer(session: Session, { plan, target }: TargetRun): Promise<readonly Finding[]> {
  const [server] = await session.query<{ major: number; isStandby: boolean; isReadOnly: boolean }>(`
    SELECT current_setting('server_version_num')::integer / 10000 AS major,
           pg_is_in_recovery() AS "isStandby",
           current_setting('transaction_read_only') = 'on' AS "isReadOnly"`)
  if (!server) return []
  const findings: Finding[] = []
  if (server.isStandby || server.isReadOnly) {
    findings.push({
      code: "SERVER_READ_ONLY",
      severity: "error",
      subject: target.name,
      message: `the server takes no writes${server.isStandby ? ": it is a standby" : ""}`,
      hint: "Give the address of the primary.",
    })
  }
  if (server.major < oldestMajor) {
    findings.push({
      code: "SERVER_TOO_OLD",
      severity: "error",
      subject: target.name,
      message: `the server is PostgreSQL ${server.major}; ${oldestMajor} is the oldest that Sluice works with`,
      hint: "Upgrade the server first.",
    })
  }
  if (server.major !== plan.serverMajor) {
    findings.push({
      code: "SERVER_CHANGED",
      severity: "error",
      subject: target.name,
      message: `the plan was made for PostgreSQL ${plan.serverMajor}, the server is ${server.major}`,
      hint: "Make the plan again: `sluice plan`.",
    })
  }
  return findings
}
