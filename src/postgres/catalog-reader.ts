import { byName } from "../catalog/model.ts"
import type { Catalog, CatalogFunction } from "../catalog/model.ts"
import type { ColumnName } from "../domain/relation.ts"
import type { DefaultGrant, SchemaGrant } from "../catalog/rights.ts"
import type { VersionSchema } from "../domain/versions.ts"
import type { RelationName } from "../domain/relation.ts"
import { BugError } from "../domain/errors.ts"
import { tableOf, type OfRelation, type RelationRow, type TableParts } from "./catalog-rows.ts"
import * as catalogSql from "./sql/catalog.ts"
import { columnDependentsSql } from "./sql/column-dependents.ts"
import { readDomains } from "./domains.ts"
import { defaultGrantsSql, schemaGrantsSql } from "./sql/rights.ts"
import { statisticsSql } from "./sql/statistics.ts"
import { readMentions } from "./mentions.ts"
import type { Session } from "./session.ts"

/** Which part of the database to read. Schema `sluice` is never a part of it. */
export interface CatalogWish {
  /** Of these, and of those of `relations`, the existence and every taken name. */
  readonly schemas: readonly string[]
  /** Read in full, with their partitions and parents; `all`: every table of the schemas. What isn't there is left out. */
  readonly relations: readonly RelationName[] | "all"
  /** Those of the schemas of which every table is read besides `relations`. Default: none. */
  readonly inFull?: readonly string[]
  /** `schema: null` means pg_catalog, the only schema on our search_path. */
  readonly functions: readonly {
    readonly schema: string | null
    readonly name: string
    readonly arguments?: number | null
  }[]
  /** Columns whose names may go: functions that name them are looked for. */
  readonly columns?: readonly ColumnName[]
}

/**
 * Reads the model of a part of the database: about a dozen queries, whatever the number of tables, in one snapshot.
 * Printing definitions, PostgreSQL takes ACCESS SHARE on the tables for as long as this transaction: under an exclusive
 * lock of somebody else it ends in LOCK_TIMEOUT. Equal shapes give equal models: lists come in a fixed order, nothing
 * depends on oids.
 */
export async function readCatalog(session: Session, want: CatalogWish): Promise<Catalog> {
  return session.inTransaction
    ? read(session, want)
    : session.transaction(() => read(session, want), { isolation: "repeatable read", readOnly: true })
}

async function read(session: Session, want: CatalogWish): Promise<Catalog> {
  const named = want.relations === "all" ? [] : want.relations
  const names = [named.map(({ schema }) => schema), named.map(({ name }) => name)]
  const schemas = [...new Set([...want.schemas, ...named.map(({ schema }) => schema)])]
  const [frame] = await session.query<FrameRow>(catalogSql.frameSql, [schemas])
  if (!frame) throw new BugError({ code: "BUG", subject: "catalog", message: "the server's version can't be read" })
  const versions = frame.has_versions ? await session.query<VersionRow>(catalogSql.versionSchemasSql) : []
  const inUse = versions.filter(({ base, hidden }) => !hidden && schemas.includes(base))
  const schemasInFull = want.relations === "all" ? frame.schemas : (want.inFull ?? [])
  const relations = await session.query<RelationRow>(catalogSql.relationsSql, [...names, schemasInFull])
  const oids = relations.map(({ oid }) => oid)
  const parts = await readParts(session, oids, versions)
  return {
    serverMajor: frame.major,
    schemas: frame.schemas.toSorted(),
    tables: relations.map((row) => tableOf(row, parts)).toSorted(byName),
    otherRelations: (
      await session.query<Catalog["otherRelations"][number]>(catalogSql.otherRelationsSql, [schemas, ...names])
    ).toSorted(byName),
    functions: await readFunctions(session, want),
    ...(want.columns && want.columns.length > 0 && { mentions: await readMentions(session, want.columns) }),
    domains: await readDomains(session),
    versionSchemas: inUse.map(({ name, base, revision }) => ({ name, base, revision })),
    rights: {
      role: frame.role,
      schemas: await session.query<SchemaGrant>(schemaGrantsSql, [schemas]),
      defaults: await session.query<DefaultGrant>(defaultGrantsSql, [schemas]),
    },
  }
}

interface FrameRow {
  readonly major: number
  readonly role: string
  readonly schemas: readonly string[]
  readonly has_versions: boolean
}

interface VersionRow extends VersionSchema {
  readonly hidden: boolean
}

async function readParts(
  session: Session,
  oids: readonly string[],
  versions: readonly VersionSchema[],
): Promise<TableParts> {
  const names = versions.map(({ name }) => name)
  const rowsOf = async <Row extends OfRelation>(text: string, ...more: unknown[]) =>
    byRelation(await session.query<Row>(text, [oids, ...more]))
  return {
    columns: await rowsOf(catalogSql.columnsSql),
    constraints: await rowsOf(catalogSql.constraintsSql),
    indexes: await rowsOf(catalogSql.indexesSql),
    triggers: await rowsOf(catalogSql.triggersSql),
    grants: await rowsOf(catalogSql.grantsSql),
    dependents: await rowsOf(catalogSql.dependentsSql, names),
    columnDependents: await rowsOf(columnDependentsSql, names),
    statistics: await rowsOf(statisticsSql),
  }
}

function byRelation<Row extends OfRelation>(rows: readonly Row[]): ReadonlyMap<string, readonly Row[]> {
  const groups = new Map<string, Row[]>()
  for (const row of rows) {
    const group = groups.get(row.relation)
    if (group) group.push(row)
    else groups.set(row.relation, [row])
  }
  return groups
}

async function readFunctions(session: Session, want: CatalogWish): Promise<readonly CatalogFunction[]> {
  const arrays = [
    want.functions.map(({ schema }) => schema),
    want.functions.map(({ name }) => name),
    want.functions.map((wanted) => wanted.arguments ?? null),
  ]
  const functions = await session.query<CatalogFunction>(catalogSql.functionsSql, arrays)
  const byCall = (a: CatalogFunction, b: CatalogFunction): number =>
    byName({ ...a, schema: a.schema ?? "" }, { ...b, schema: b.schema ?? "" }) ||
    (a.arguments ?? -1) - (b.arguments ?? -1)
  return functions.toSorted(byCall)
}
