import { isSameRelation } from "../domain/relation.ts"
import { findColumn, findTable } from "../catalog/model.ts"
import type { Catalog, Table } from "../catalog/model.ts"
import type { Grant, Rights } from "../catalog/rights.ts"
import type { RelationName } from "../domain/relation.ts"
import type { VersionSchema } from "../domain/versions.ts"
import { isReserved } from "../operations/table-name.ts"
import type { VersionView, ViewColumn } from "../operations/views/version-view.ts"
import { newShape } from "./new-shape.ts"
import type { ShapeSources } from "./new-shape.ts"

/**
 * The views of a version schema: every table of its base, partitioned ones as a whole. Left out are partitions, tables
 * of ours, those of which nobody knows the columns (`unknown`), and those without a column, which no view can show.
 */
export function versionViews(
  version: VersionSchema,
  sources: ShapeSources,
  unknown: readonly RelationName[] = [],
): readonly VersionView[] {
  return sources.after.tables
    .filter((table) => isOffered(table, version.base) && !unknown.some((other) => isSameRelation(other, table)))
    .map((table) => viewOf(table, version, sources))
    .filter(({ columns }) => columns.length > 0)
}

/** The views of a schema's tables as they are, outside of any plan. */
export function presentViews(version: VersionSchema, catalog: Catalog): readonly VersionView[] {
  return versionViews(version, { before: catalog, after: catalog, syncs: [], shown: [] })
}

/** Roles whose rights on the table don't reach to reading all of it, so that they can't use a view with them. */
export function partialRoles({ grants, owner }: Pick<Table, "grants" | "owner">): readonly string[] {
  const readers = grants
    .filter(({ privilege, column }) => privilege === "SELECT" && column === null)
    .map(({ grantee }) => grantee)
  if (readers.includes(null)) return []
  const others = grants.map(({ grantee }) => grantee).filter((role) => role !== owner && !readers.includes(role))
  return [...new Set(others.map((role) => role ?? "PUBLIC"))]
}

function isOffered(table: Table, base: string): boolean {
  return (
    table.schema === base &&
    table.partitioning !== "partition" &&
    table.persistence !== "temporary" &&
    !isReserved(table.name)
  )
}

function viewOf(table: Table, version: VersionSchema, sources: ShapeSources): VersionView {
  const columns = newShape(table, sources)
  const live = findTable(sources.before, table) ?? table
  const needsOwner = !live.rowSecurity.enabled && partialRoles(live).length > 0
  const owner = needsOwner && live.owner !== "" && live.owner !== roleOf(sources) ? live.owner : null
  return {
    view: { schema: version.name, name: table.name },
    table: { schema: table.schema, name: table.name },
    columns,
    rights: needsOwner ? "owner" : "caller",
    owner,
    grants: grantsOf(live, columns).filter(({ grantee }) => grantee !== (owner ?? roleOf(sources))),
  }
}

/** The table's grants. One on a column goes to whatever shows it; a new column takes over those of the one it replaces. */
function grantsOf(table: Table, columns: readonly ViewColumn[]): readonly Grant[] {
  const onTable = table.grants.filter(({ column }) => column === null)
  const onColumns = columns.flatMap(({ name, physical }) => {
    const source = findColumn(table, physical) ? physical : name
    return table.grants.filter(({ column }) => column === source).map((grant) => ({ ...grant, column: name }))
  })
  return [...onTable, ...onColumns]
}

function roleOf({ before }: { readonly before: { readonly rights: Rights } }): string {
  return before.rights.role
}
