import type { Column, ColumnDependent, Constraint, Index, Statistics, Table, Trigger } from "../catalog/model.ts"
import type { Grant } from "../catalog/rights.ts"
import type { RelationName } from "../domain/relation.ts"
import { insertsWholeRows } from "../sql/row-copies.ts"
import { columnsReadOfRow } from "../sql/row-reads.ts"

/** A row that belongs to a table, by its oid. */
export interface OfRelation {
  readonly relation: string
}

/** The rows of sql/catalog.ts, as they come. Where a member is the model's own, its type is taken from there. */
export interface RelationRow extends Pick<
  Table,
  "schema" | "name" | "owner" | "partitioning" | "persistence" | "comment"
> {
  readonly oid: string
  readonly partition_key: string | null
  readonly of_type: string | null
  readonly parent_schema: string | null
  readonly parent_name: string | null
  readonly inherits: readonly RelationName[]
  readonly inherited_by: readonly RelationName[]
  readonly rls_enabled: boolean
  readonly rls_forced: boolean
  readonly replica_identity: Table["replicaIdentity"]
}

export interface ColumnRow extends OfRelation, Omit<Column, "notNull" | "domain" | "settings"> {
  readonly not_null: boolean
  readonly domain: true | null
  readonly settings: readonly string[]
}

export interface ConstraintRow extends OfRelation, Omit<Constraint, "references" | "wholeRow"> {
  readonly whole_row: boolean
  readonly references_schema: string | null
  readonly references_name: string | null
}

export interface IndexRow extends OfRelation, Omit<Index, "clustered" | "identifies" | "comment" | "settings"> {
  readonly clustered: boolean
  readonly identifies: boolean
  readonly comment: string | null
  readonly settings: readonly string[]
}

export interface TriggerRow extends OfRelation, Omit<Trigger, "copiesRow" | "reads"> {
  /** Of its function. */
  readonly body: string
  readonly on_table: string
  readonly transition: readonly string[]
}
export type GrantRow = OfRelation & Grant

export interface DependentRow extends OfRelation {
  readonly dependent: string
}

export type ColumnDependentRow = OfRelation & ColumnDependent
export type StatisticsRow = OfRelation & Statistics

/** The rows of each kind, by the table's oid. */
export interface TableParts {
  readonly columns: ReadonlyMap<string, readonly ColumnRow[]>
  readonly constraints: ReadonlyMap<string, readonly ConstraintRow[]>
  readonly indexes: ReadonlyMap<string, readonly IndexRow[]>
  readonly triggers: ReadonlyMap<string, readonly TriggerRow[]>
  readonly grants: ReadonlyMap<string, readonly GrantRow[]>
  readonly dependents: ReadonlyMap<string, readonly DependentRow[]>
  readonly columnDependents: ReadonlyMap<string, readonly ColumnDependentRow[]>
  readonly statistics: ReadonlyMap<string, readonly StatisticsRow[]>
}

/** Puts a table of the model together. */
export function tableOf(row: RelationRow, parts: TableParts): Table {
  const { schema, name, owner, partitioning, persistence, comment } = row
  return {
    schema,
    name,
    owner,
    partitioning,
    ...(row.partition_key === null ? {} : { partitionKey: row.partition_key }),
    parent: nameOf(row.parent_schema, row.parent_name),
    inheritance: inheritanceOf(row),
    persistence,
    rowSecurity: { enabled: row.rls_enabled, forced: row.rls_forced },
    replicaIdentity: row.replica_identity,
    comment,
    columns: (parts.columns.get(row.oid) ?? []).map(columnOf),
    constraints: (parts.constraints.get(row.oid) ?? []).map(constraintOf),
    indexes: (parts.indexes.get(row.oid) ?? []).map(indexOf),
    triggers: (parts.triggers.get(row.oid) ?? []).map(triggerOf),
    grants: (parts.grants.get(row.oid) ?? []).map(grantOf),
    dependents: (parts.dependents.get(row.oid) ?? []).map(({ dependent }) => dependent),
    columnDependents: (parts.columnDependents.get(row.oid) ?? []).map(({ column, dependent }) => ({
      column,
      dependent,
    })),
    ...(parts.statistics.has(row.oid) && { statistics: (parts.statistics.get(row.oid) ?? []).map(statisticsOf) }),
    ...(row.of_type === null ? {} : { ofType: row.of_type }),
  }
}

function inheritanceOf({ inherits, inherited_by }: RelationRow): Table["inheritance"] {
  if (inherits.length === 0 && inherited_by.length === 0) return null
  return { parents: inherits, children: inherited_by }
}

function columnOf(row: ColumnRow): Column {
  const { name, type, not_null: notNull, default: expression, identity, generated, collation, comment } = row
  const { domain, settings } = row
  const column = { name, type, notNull, default: expression, identity, generated, collation, comment }
  return {
    ...column,
    ...(domain === null ? {} : { domain }),
    ...(settings.length === 0 ? {} : { settings }),
  }
}

function constraintOf(row: ConstraintRow): Constraint {
  const { name, kind, columns, definition, validated, comment } = row
  const references = nameOf(row.references_schema, row.references_name)
  return { name, kind, columns, ...(row.whole_row && { wholeRow: true }), definition, validated, references, comment }
}

function indexOf({ clustered, identifies, comment, settings, ...row }: IndexRow): Index {
  const { name, columns, reads, unique, valid, definition, constraint } = row
  const index = { name, columns, reads, unique, valid, definition, constraint }
  return {
    ...index,
    ...(clustered && { clustered }),
    ...(identifies && { identifies }),
    ...(comment === null ? {} : { comment }),
    ...(settings.length === 0 ? {} : { settings }),
  }
}

function statisticsOf({ name, columns }: StatisticsRow): Statistics {
  return { name, columns }
}

function triggerOf({ name, definition, enabled, body, on_table: table, transition }: TriggerRow): Trigger {
  const copiesRow = insertsWholeRows(body, { table, transition })
  const reads = columnsReadOfRow(body)
  return { name, definition, enabled, ...(copiesRow && { copiesRow }), ...(reads.length > 0 && { reads }) }
}

function grantOf({ grantee, privilege, column, grantable }: GrantRow): Grant {
  return { grantee, privilege, column, grantable }
}

function nameOf(schema: string | null, name: string | null): RelationName | null {
  return schema === null || name === null ? null : { schema, name }
}
