import type { Finding } from "../domain/finding.ts"
import type { WaitName } from "../domain/gate.ts"
import type { PlanVersions, RoleOnVersion, RolePath } from "../domain/versions.ts"
import { leadsTo, newPath, rolePaths, setPath } from "../operations/views/role-path.ts"
import { readRoleSearchPath } from "../postgres/role-search-path.ts"
import type { Session } from "../postgres/session.ts"
import { ident, sql } from "../sql/sql.ts"

export interface VersionsInUse {
  readonly roles: readonly RoleOnVersion[]
  /** What is left to do about it, with the statement. Sluice alters no role of the application's itself. */
  readonly findings: readonly Finding[]
}

/** The gates at which somebody has to put applications on a version. */
const gates: readonly WaitName[] = ["dual-write", "switch"]

/** Asks the target for what a person should know of versions and roles at a gate; nothing at gates that aren't about it. */
export async function versionsAtGate(session: Session, versions: PlanVersions, gate: WaitName): Promise<VersionsInUse> {
  if (versions.made.length === 0 || !gates.includes(gate)) return { roles: [], findings: [] }
  const roles: RoleOnVersion[] = []
  const findings: Finding[] = []
  for (const each of rolePaths(versions)) {
    const { database, exists, setting } = await readRoleSearchPath(session, each.role)
    const holds = exists && leadsTo(setting, each.path)
    roles.push({ ...each, holds })
    // The new application isn't out yet at the first gate.
    const severity = each.version === "new" && gate === "dual-write" ? "info" : "warning"
    if (!exists) findings.push(roleMissing(each))
    else if (!holds) findings.push({ ...offPath(each, setting, database), severity })
  }
  if (versions.roles.new === null) findings.push(await ready(session, versions))
  return { roles, findings }
}

function offPath(
  { role, version, path }: RolePath,
  setting: string | null,
  database: string,
): Omit<Finding, "severity"> {
  const now = setting === null ? "is not set" : `is ${setting}`
  return {
    code: "ROLE_SEARCH_PATH",
    subject: role,
    message: `The role isn't on the ${version} version yet: it needs ${path[0] ?? ""} first in its search_path, which ${now}`,
    hint: `${setPath(ident(role), database, path)} Sessions that are open keep the old one.`,
  }
}

function roleMissing({ role, version }: RolePath): Finding {
  return {
    code: "ROLE_UNKNOWN",
    severity: "warning",
    subject: role,
    message: `There is no such role, though versions.roles names it for the ${version} version`,
    hint: "Correct versions.roles, or create the role. Its sessions are looked for by that name.",
  }
}

async function ready(session: Session, versions: PlanVersions): Promise<Finding> {
  const [row] = await session.query<{ database: string }>("SELECT current_database()::text AS database")
  return {
    code: "VERSION_SCHEMA_READY",
    severity: "info",
    subject: versions.made.map(({ name }) => name).join(", "),
    message: "The new version's views are there; its applications choose them by their role's search_path",
    hint: setPath(sql`…`, row?.database ?? "", newPath(versions)),
  }
}
