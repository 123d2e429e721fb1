import type { PlanVersions, RolePath } from "../../domain/versions.ts"
import { ident, join, sql } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"

/** The roles that a plan names, where there is a version for them to be on. */
export function rolePaths({ roles, made, ended }: PlanVersions): readonly RolePath[] {
  const bases = made.map(({ base }) => base)
  const old = bases.flatMap((base) => ended.find((version) => version.base === base)?.name ?? [])
  const found: RolePath[] = []
  if (roles.old !== null && old.length > 0)
    found.push({ role: roles.old, version: "old", path: [...new Set([...old, ...bases])] })
  if (roles.new !== null && made.length > 0) found.push({ role: roles.new, version: "new", path: newPath({ made }) })
  return found
}

/** The search_path of applications of the plan's new version. */
export function newPath({ made }: Pick<PlanVersions, "made">): readonly string[] {
  return [...made.map(({ name }) => name), ...made.map(({ base }) => base)]
}

/** The statement that puts a role on a version, in one database alone; new sessions begin with it. */
export function setPath(role: Sql, database: string, path: readonly string[]): Sql {
  return sql`ALTER ROLE ${role} IN DATABASE ${ident(database)} SET search_path = ${join(path.map(ident))};`
}

/** Whether a setting of search_path finds the tables of this version before any others. Null: it isn't set. */
export function leadsTo(setting: string | null, path: readonly string[]): boolean {
  const names = setting === null ? [] : namesIn(setting)
  return path.every((name, index) => names[index] === name)
}

/** The names of a list as PostgreSQL keeps it: `"public_0002.x", public`. */
function namesIn(list: string): readonly string[] {
  return [...list.matchAll(/"((?:[^"]|"")*)"|([^\s,"]+)/g)].map(
    ([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? (bare ?? "").toLowerCase(),
  )
}
