import type { Capability } from "../../domain/capability.ts"
import { canonicalJson } from "../../domain/canonical.ts"
import type { Finding } from "../../domain/finding.ts"
import { displayName } from "../../domain/relation.ts"
import { missingCapabilities } from "../../postgres/capabilities.ts"
import type { Session } from "../../postgres/session.ts"
import { journalVersion } from "../schema/ensure-journal.ts"
import type { TargetRun } from "../target-run.ts"

/** The role may do what the steps need, and keep its journal. */
export async function checkPrivileges(session: Session, { plan }: TargetRun): Promise<readonly Finding[]> {
  const journal: readonly Capability[] = (await journalVersion(session)) === 0 ? [{ kind: "create-on-database" }] : []
  return privilegeFindings(session, [...journal, ...plan.steps.flatMap((step) => step.needs)])
}

/** What the role lacks of these, each with the exact statement that gives it. */
export async function privilegeFindings(session: Session, wanted: readonly Capability[]): Promise<readonly Finding[]> {
  const needs = new Map(wanted.map((need) => [canonicalJson(need), need]))
  const missing = await missingCapabilities(session, [...needs.values()])
  return missing.map(({ capability, hint }) => ({
    code: "PRIVILEGE_MISSING",
    severity: "error",
    subject: subjectOf(capability),
    message: `the role lacks a privilege: ${capability.kind.replaceAll("-", " ")}`,
    hint,
  }))
}

function subjectOf(capability: Capability): string {
  switch (capability.kind) {
    case "create-in-schema":
      return capability.schema
    case "create-on-database":
      return "database"
    case "usage-on-type":
      return capability.type
    default:
      return displayName(capability.relation)
  }
}
