import type { Catalog } from "../catalog/model.ts"
import type { Finding } from "../domain/finding.ts"
import type { PlanTarget } from "./target.ts"

/** Versions of PostgreSQL that Sluice is built for. */
const majors = { oldest: 15, newest: 18 } as const

/** What is to be known about a target whatever the plan does. */
export function targetFindings(target: PlanTarget, catalog: Catalog): readonly Finding[] {
  const findings: Finding[] = []
  if (catalog.serverMajor < majors.oldest)
    findings.push({
      code: "SERVER_TOO_OLD",
      severity: "error",
      subject: target.name,
      message: `The server is PostgreSQL ${catalog.serverMajor}; Sluice needs ${majors.oldest} at least`,
      hint: "Upgrade the server first.",
    })
  if (catalog.serverMajor > majors.newest)
    findings.push({
      code: "SERVER_UNTRIED",
      severity: "warning",
      subject: target.name,
      message: `The server is PostgreSQL ${catalog.serverMajor}; Sluice was tried up to ${majors.newest}`,
      hint: "Rehearse the plan on a copy first.",
    })
  return findings
}
