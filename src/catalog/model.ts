import type { ColumnName, RelationName } from "../domain/relation.ts"
import type { VersionSchema } from "../domain/versions.ts"
import type { Domain } from "./domains.ts"
import type { Grant, Rights } from "./rights.ts"

/**
 * An immutable model of the part of a database's schema that a plan looks at. Definitions are PostgreSQL's own words
 * (`format_type`, `pg_get_expr`, `pg_get_constraintdef`, `pg_get_indexdef`), read with `search_path` pinned, so that
 * two equal shapes are equal as data. No OIDs, sizes or statistics: those are not part of a shape.
 */
export interface Catalog {
  readonly serverMajor: number
  readonly schemas: readonly string[]
  readonly tables: readonly Table[]
  /** Other relations by name, so that a new table's name can be seen to be taken. */
  readonly otherRelations: readonly (RelationName & { readonly kind: RelationKind })[]
  /** Functions that expressions call, with what PostgreSQL says of them. */
  readonly functions: readonly CatalogFunction[]
  /** Functions that may read the columns which the reader was asked about. Left out: nobody asked. */
  readonly mentions?: readonly Mention[]
  /** Every domain of the database. Left out: there is none. */
  readonly domains?: readonly Domain[]
  /** The version schemas of ours that applications can use now, by name. Hidden ones are not among them. */
  readonly versionSchemas: readonly VersionSchema[]
  readonly rights: Rights
}

export type RelationKind = "view" | "materialized view" | "sequence" | "foreign table" | "index" | "composite type"
export type Volatility = "immutable" | "stable" | "volatile"

/** A function as found by its unqualified or qualified name; of overloads that fit the most volatile one counts. */
export interface CatalogFunction {
  /** null: in pg_catalog. */
  readonly schema: string | null
  readonly name: string
  /** With how many arguments it is called; left out or null: any number. */
  readonly arguments?: number | null
  readonly volatility: Volatility
  /** True where names in its body are found by the search_path of whoever calls it. Left out: no. */
  readonly byCallersPath?: boolean
}

/**
 * A function whose body names a table and a column of it, both as words: it may read that column, or another one of the
 * same name. PostgreSQL itself doesn't look into such bodies before they run.
 */
export interface Mention extends ColumnName {
  /** With its schema and its arguments' types: `shop.total(integer)`. */
  readonly function: string
}

export interface Table extends RelationName {
  readonly owner: string
  readonly partitioning: "none" | "parent" | "partition"
  /** Of a partitioned parent, as `pg_get_partkeydef` prints it: `RANGE (at)`. */
  readonly partitionKey?: string
  /** For a partition, its parent; for any other table null. */
  readonly parent: RelationName | null
  /** By INHERITS, which partitions know nothing of; null: it neither inherits nor is inherited from. */
  readonly inheritance: Inheritance | null
  readonly persistence: "permanent" | "unlogged" | "temporary"
  readonly rowSecurity: { readonly enabled: boolean; readonly forced: boolean }
  readonly replicaIdentity: "default" | "nothing" | "full" | "index"
  readonly comment: string | null
  /** In attribute order. */
  readonly columns: readonly Column[]
  readonly constraints: readonly Constraint[]
  readonly indexes: readonly Index[]
  readonly triggers: readonly Trigger[]
  /** Who may read and write it. */
  readonly grants: readonly Grant[]
  /** Views, materialized views and SQL functions that read the table's row type or columns. Not our version views. */
  readonly dependents: readonly string[]
  /** What would stop a column from being dropped: `view public.names`, `the partition key`. No part of the shape. */
  readonly columnDependents: readonly ColumnDependent[]
  /** Left out: there are none. */
  readonly statistics?: readonly Statistics[]
  /** The type that a typed table (CREATE TABLE … OF) has its columns from. Left out: it has its own. */
  readonly ofType?: string
}

export interface ColumnDependent {
  readonly column: string
  readonly dependent: string
}

export interface Inheritance {
  /** Those that it inherits from. */
  readonly parents: readonly RelationName[]
  /** Those that inherit from it. Foreign tables may, too. */
  readonly children: readonly RelationName[]
}

export interface Column {
  readonly name: string
  /** As `format_type` prints it with `search_path` pinned to pg_catalog: `character varying(100)`, `shop."Mood"`. */
  readonly type: string
  readonly notNull: boolean
  /** As `pg_get_expr` prints it; null where there is none. For a generated column, null (see `generated`). */
  readonly default: string | null
  readonly identity: "always" | "by default" | null
  /** The expression of a GENERATED ALWAYS AS (…) STORED column. */
  readonly generated: string | null
  /** Null: the type's own collation. */
  readonly collation: string | null
  readonly comment: string | null
  /** True where the type is a domain: a column of one can't be added without rewriting the table. */
  readonly domain?: true
  /**
   * What was said of it with ALTER COLUMN … SET, in the words that say it again: `STATISTICS 500`, `STORAGE EXTERNAL`.
   * Left out: nothing.
   */
  readonly settings?: readonly string[]
}

export interface Constraint {
  readonly name: string
  readonly kind: "primary key" | "unique" | "check" | "foreign key" | "exclude" | "not null"
  /** Column names in key order; for a check those that it reads. */
  readonly columns: readonly string[]
  /** True of a check that reads the row as a whole, which no column's name tells. Left out: no. */
  readonly wholeRow?: true
  /** As `pg_get_constraintdef` prints it. */
  readonly definition: string
  readonly validated: boolean
  /** For a foreign key, the table that it points to. */
  readonly references: RelationName | null
  readonly comment: string | null
}

export interface Index {
  readonly name: string
  readonly columns: readonly string[]
  /** Every column that it reads, by name: its key, INCLUDE, expressions and condition. It goes with any of them. */
  readonly reads: readonly string[]
  readonly unique: boolean
  readonly valid: boolean
  /** As `pg_get_indexdef` prints it. */
  readonly definition: string
  /** The constraint that owns it, or null. */
  readonly constraint: string | null
  /** True where CLUSTER without a name goes by it. */
  readonly clustered?: true
  /** True where replication tells rows apart by it (REPLICA IDENTITY USING INDEX). */
  readonly identifies?: true
  /** Left out: none. */
  readonly comment?: string
  /**
   * What was said of its expressions with ALTER INDEX … ALTER, in the words that say it again: `COLUMN 1 SET STATISTICS
   * 500`. Left out: nothing.
   */
  readonly settings?: readonly string[]
}

/** What CREATE STATISTICS has made. */
export interface Statistics {
  /** With its schema: `public.cities_zip`. */
  readonly name: string
  /** The columns that it is about. */
  readonly columns: readonly string[]
}

export interface Trigger {
  readonly name: string
  /** As `pg_get_triggerdef` prints it. */
  readonly definition: string
  readonly enabled: "origin" | "always" | "replica" | "disabled"
  /** True where its function inserts the whole row into a table, by the places of its columns. Left out: no. */
  readonly copiesRow?: true
  /** The columns that its function names of the row (`NEW.name`). Left out: none. */
  readonly reads?: readonly string[]
}

export function findTable(catalog: Catalog, relation: RelationName): Table | undefined {
  return catalog.tables.find((table) => table.name === relation.name && table.schema === relation.schema)
}

export function findColumn(table: Table, name: string): Column | undefined {
  return table.columns.find((column) => column.name === name)
}

/** A copy of the catalog in which the table of the same name is replaced, or added where there was none. */
export function withTable(catalog: Catalog, table: Table): Catalog {
  return withTables(catalog, [table])
}

/** The same with several tables; there may be thousands of partitions. */
export function withTables(catalog: Catalog, tables: readonly Table[]): Catalog {
  const names = new Set(tables.map(keyOf))
  const others = catalog.tables.filter((other) => !names.has(keyOf(other)))
  return { ...catalog, tables: [...others, ...tables].toSorted(byName) }
}

/** A relation's name as the key of a map. */
export function keyOf({ schema, name }: RelationName): string {
  return `${schema}\0${name}`
}

/** The order of a catalog's relations. */
export function byName(a: RelationName, b: RelationName): number {
  const [left, right] = [keyOf(a), keyOf(b)]
  return left < right ? -1 : left > right ? 1 : 0
}
