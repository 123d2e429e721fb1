import type { Finding } from "../domain/finding.ts"
import type { WaitName } from "../domain/gate.ts"
import { nearestName } from "../domain/nearest.ts"
import type { PlanVersions, RoleOnVersion, RolePath, VersionRoles } from "../domain/versions.ts"
import { leadsTo, newPath, rolePaths, setPath } from "../operations/views/role-path.ts"
import { readRoleSearchPath } from "../postgres/role-search-path.ts"
import type { Session } from "../postgres/session.ts"
import { ident, sql } from "../sql/sql.ts"

export interface VersionsInUse {
  readonly roles: readonly RoleOnVersion[]
  /** What is left to do about it, with the statement. Sluice alters no role of the application's itself. */
  readonly findings: readonly Finding[]
}

type Version = "old" | "new"

/** The gates at which somebody has to put applications on a version. */
const gatesOfViews: readonly WaitName[] = ["dual-write", "switch"]

/**
 * Whose role a gate rests on, with or without views: up to the switch applications are put on their versions, and the
 * last two hold the run while sessions of the one that leaves are seen.
 */
const namedAt: Readonly<Record<WaitName, readonly Version[]>> = {
  "dual-write": ["old", "new"],
  switch: ["old", "new"],
  contract: ["old"],
  purge: [],
  "new-writers-gone": ["new"],
}

/** Asks the target for what a person should know of versions and roles at a gate. */
export async function versionsAtGate(session: Session, versions: PlanVersions, gate: WaitName): Promise<VersionsInUse> {
  const missing = await missingRoles(session, versions.roles)
  const unknown = missing
    .filter(({ version }) => namedAt[gate].includes(version))
    .map((each) => inTime(each, gate === "dual-write"))
  if (versions.made.length === 0 || !gatesOfViews.includes(gate)) return { roles: [], findings: unknown }
  const asked = await Promise.all(rolePaths(versions).map((path) => ask(session, path)))
  const offPaths = asked.flatMap(({ role: { version }, finding }) =>
    finding === null ? [] : [inTime({ version, finding }, gate === "dual-write")],
  )
  const unnamed = versions.roles.new === null ? [await ready(session, versions)] : []
  return { roles: asked.map(({ role }) => role), findings: [...unknown, ...offPaths, ...unnamed] }
}

/** What there is to say of the versions' roles before anything is touched. */
export async function earlyRoleFindings(session: Session, versions: PlanVersions): Promise<readonly Finding[]> {
  const old = rolePaths(versions).filter(({ version }) => version === "old")
  const asked = await Promise.all(old.map((path) => ask(session, path)))
  return [...(await unknownRoleFindings(session, versions.roles)), ...asked.flatMap(({ finding }) => finding ?? [])]
}

/**
 * Roles that aren't there, with or without views: by its role's name the old application is looked for at contract, and
 * under a mistyped one nobody is ever found. The new one's may be made until its application goes out.
 */
export async function unknownRoleFindings(session: Session, roles: VersionRoles): Promise<readonly Finding[]> {
  return (await missingRoles(session, roles)).map((each) => inTime(each, true))
}

interface OfVersion {
  readonly version: Version
  readonly finding: Finding
}

/** What is said of the new version's role is no warning yet before its application goes out. */
function inTime({ version, finding }: OfVersion, isEarly: boolean): Finding {
  return version === "new" && isEarly ? { ...finding, severity: "info" } : finding
}

async function missingRoles(session: Session, roles: VersionRoles): Promise<readonly OfVersion[]> {
  const named = (["old", "new"] as const).flatMap((version) => {
    const role = roles[version]
    return role === null ? [] : [{ role, version }]
  })
  if (named.length === 0) return []
  const known = await session.query<{ name: string }>("SELECT rolname::text AS name FROM pg_roles ORDER BY rolname")
  const names = known.map(({ name }) => name)
  return named
    .filter(({ role }) => !names.includes(role))
    .map(({ role, version }) => ({ version, finding: roleMissing(role, version, nearestName(role, names)) }))
}

/** Whether the role is on its version, and if not, what to do about it; of one that isn't there `missingRoles` tells. */
async function ask(
  session: Session,
  path: RolePath,
): Promise<{ readonly role: RoleOnVersion; readonly finding: Finding | null }> {
  const { database, exists, setting } = await readRoleSearchPath(session, path.role)
  const holds = exists && leadsTo(setting, path)
  const finding = holds || !exists ? null : offPath(path, setting, database)
  return { role: { ...path, holds }, finding }
}

function offPath({ role, version, path }: RolePath, setting: string | null, database: string): Finding {
  const now = setting === null ? "is not set" : `is ${setting}`
  return {
    code: "ROLE_SEARCH_PATH",
    severity: "warning",
    subject: role,
    message: `The role isn't on the ${version} version yet: it needs ${path[0] ?? ""} first in its search_path, which ${now}`,
    hint: `${setPath(ident(role), database, path)} Sessions that are open keep the old one.`,
  }
}

function roleMissing(role: string, version: Version, nearest: string | null): Finding {
  const correct = nearest === null ? "Correct versions.roles" : `Did you mean ${nearest}? Correct versions.roles`
  return {
    code: "ROLE_UNKNOWN",
    severity: "warning",
    subject: role,
    message: `There is no such role, though versions.roles names it for the ${version} version`,
    hint: `${correct} (or --role), or create the role. Its sessions are looked for by that name: under a wrong one none is ever found.`,
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
