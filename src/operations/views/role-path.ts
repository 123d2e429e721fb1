import type { PlanVersions, RolePath } from "../../domain/versions.ts"
import { ident, join, sql } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"

/** The roles that a plan names, where there is a version for them to be on. */
export function rolePaths({ roles, made, ended }: PlanVersions): readonly RolePath[] {
  const bases = made.map(({ base }) => base)
  const old = bases.flatMap((base) => ended.find((version) => version.base === base)?.name ?? [])
  const found: RolePath[] = []
  if (roles.old !== null && old.length > 0)
    found.push({ role: roles.old, version: "old", schemas: old, path: [...old, ...bases] })
  const fresh = made.map(({ name }) => name)
  if (roles.new !== null && fresh.length > 0)
    found.push({ role: roles.new, version: "new", schemas: fresh, path: newPath({ made }) })
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

/**
 * Whether a setting of search_path finds the tables of this version before those of the schemas behind it, which may be
 * left out. Null: it isn't set.
 */
export function leadsTo(setting: string | null, { path, schemas }: Pick<RolePath, "path" | "schemas">): boolean {
  const known = setting === null ? [] : namesIn(setting).filter((name) => path.includes(name))
  return schemas.every((name, index) => known[index] === name)
}

/** The names of a list as PostgreSQL keeps it: `"public_0002.x", public`. */
function namesIn(list: string): readonly string[] {
  return [...list.matchAll(/"((?:[^"]|"")*)"|([^\s,"]+)/g)].map(
    ([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? (bare ?? "").toLowerCase(),
  )
}
