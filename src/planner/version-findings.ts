import { findTable } from "../catalog/model.ts"
import type { Catalog } from "../catalog/model.ts"
import type { Finding } from "../domain/finding.ts"
import { displayName } from "../domain/relation.ts"
import type { RelationName } from "../domain/relation.ts"
import type { PlanVersions } from "../domain/versions.ts"
import type { Reshaped } from "../operations/raw-sql/reshaped.ts"
import { refusal, warning } from "../operations/table-findings.ts"
import type { VersionView } from "../operations/views/version-view.ts"
import type { MadeVersion } from "./plan-versions.ts"
import { partialRoles } from "./version-views.ts"

export interface VersionMaterial {
  readonly versions: PlanVersions
  readonly made: readonly MadeVersion[]
  readonly reshaped: readonly Reshaped[]
  /** The relations that the plan touches. */
  readonly relations: readonly RelationName[]
  readonly catalog: Catalog
}

/** What stands against the plan's version views, and what applications have to know about them. */
export function versionFindings(material: VersionMaterial): readonly Finding[] {
  const views = material.made.flatMap((each) => each.views)
  return [
    ...takenNames(material),
    ...refusedUnderViews(material),
    ...leftOut(material),
    ...views.flatMap(readOnlyColumns),
    ...views.flatMap((view) => partialRights(view, material.catalog)),
    ...unshielded(material),
  ]
}

/**
 * The findings of operations without those that version views make void: an application on a version view doesn't see
 * that its table gets another column.
 */
export function withoutShielded(
  findings: readonly Finding[],
  { ended }: PlanVersions,
  relations: readonly RelationName[],
): readonly Finding[] {
  const isShielded = relations.every(({ schema }) => ended.some(({ base }) => base === schema))
  return isShielded ? findings.filter(({ code }) => code !== "PREPARED_SELECT_STAR") : findings
}

function takenNames({ versions: { made }, catalog }: VersionMaterial): readonly Finding[] {
  const isTaken = (name: string): boolean =>
    catalog.schemas.includes(name) || made.filter((other) => other.name === name).length > 1
  return made
    .filter(({ name }) => isTaken(name))
    .map(({ name, revision }) =>
      refusal(
        "VERSION_SCHEMA_TAKEN",
        name,
        "The version schema of the plan would bear the name of a schema that is there already",
        `Rename or drop that schema, or give ${revision ?? "the revision"} another id.`,
      ),
    )
}

function refusedUnderViews({ versions: { ended }, reshaped }: VersionMaterial): readonly Finding[] {
  return reshaped
    .filter(
      ({ relation, refusedUnderViews }) => refusedUnderViews && ended.some(({ base }) => base === relation.schema),
    )
    .map(({ relation }) =>
      refusal(
        "VERSION_VIEW_IN_THE_WAY",
        displayName(relation),
        "Raw SQL would drop it or a column of it, or change a type, which PostgreSQL refuses while a version view reads the table",
        "Use drop_column, alter_column or drop_table: they leave the old shape to the old version until it has gone.",
      ),
    )
}

function leftOut({ versions: { made }, reshaped }: VersionMaterial): readonly Finding[] {
  const names = reshaped
    .filter(({ relation }) => made.some(({ base }) => base === relation.schema))
    .map(({ relation }) => displayName(relation))
  return [...new Set(names)].map((name) =>
    warning(
      "VERSION_VIEW_LEFT_OUT",
      name,
      "Raw SQL changes its columns, so the new version has no view of it",
      "Have the schema itself behind the version schema in search_path: there applications find the table.",
    ),
  )
}

function readOnlyColumns({ view, table, columns }: VersionView): readonly Finding[] {
  return columns
    .filter(({ cast }) => cast)
    .map(({ name, type }) =>
      warning(
        "VERSION_COLUMN_READ_ONLY",
        `${displayName(table)}.${name}`,
        `${displayName(view)} has to convert it to ${type}, and PostgreSQL can't write through such a column`,
        "Applications of the new version can read it, and write it once the old shape has ended.",
      ),
    )
}

function partialRights({ table, rights }: VersionView, catalog: Catalog): readonly Finding[] {
  const live = findTable(catalog, table)
  const roles = live && rights === "caller" ? partialRoles(live) : []
  if (roles.length === 0) return []
  return [
    warning(
      "VERSION_PARTIAL_RIGHTS",
      displayName(table),
      `It has row-level security, and some may not read all of it: ${roles.join(", ")}. Its version view refuses them`,
      `GRANT SELECT ON ${displayName(table)} to them, or let them use the table itself.`,
    ),
  ]
}

/** The new version has views, but the old one has not: its applications feel what happens to the tables. */
function unshielded({ versions: { made, ended }, relations, catalog }: VersionMaterial): readonly Finding[] {
  const bare = made
    .map(({ base }) => base)
    .filter((base) => !ended.some((version) => version.base === base))
    .filter((base) => relations.some((relation) => relation.schema === base && findTable(catalog, relation)))
  return bare.map((base) =>
    warning(
      "NO_VERSION_VIEWS",
      base,
      "The old version has no views: its applications use the tables themselves",
      "`sluice stamp --views` makes them; or have statements name their columns: a prepared SELECT * on a bare table fails once a column is added.",
    ),
  )
}
