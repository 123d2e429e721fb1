import type { RelationName } from "../../domain/relation.ts"
import { parseExpression } from "../../sql/parser.ts"

/** A name with the schema in which it is looked for; collations and operator classes of PostgreSQL are in pg_catalog. */
export type CatalogName = RelationName

/** An option with its value, both as PostgreSQL keeps them: `fillfactor`, `70`. */
export type IndexOption = readonly [name: string, value: string]

/** One element of an index's key. */
export interface IndexElement {
  readonly key: { readonly column: string } | { readonly expression: string }
  /** Null: that of the column or expression. */
  readonly collation: CatalogName | null
  /** Null: the type's default for the method. */
  readonly opclass: (CatalogName & { readonly options: readonly IndexOption[] }) | null
  readonly descending: boolean
  readonly nullsFirst: boolean
}

/** An index, whatever it is for. */
export interface IndexSpec {
  readonly relation: RelationName
  readonly name: string
  readonly unique: boolean
  readonly method: string
  readonly elements: readonly IndexElement[]
  readonly include: readonly string[]
  readonly nullsNotDistinct: boolean
  readonly options: readonly IndexOption[]
  readonly predicate: string | null
}

/** The index of a unique constraint or primary key. */
export function keyIndex(
  key: Pick<IndexSpec, "relation" | "name"> & { readonly columns: readonly string[] } & Partial<
      Pick<IndexSpec, "include" | "nullsNotDistinct" | "options">
    >,
): IndexSpec {
  const { relation, name, columns, include = [], nullsNotDistinct = false, options = [] } = key
  const elements = columns.map(plainElement)
  return {
    relation,
    name,
    unique: true,
    method: "btree",
    elements,
    include,
    nullsNotDistinct,
    options,
    predicate: null,
  }
}

export function plainElement(column: string): IndexElement {
  return { key: { column }, collation: null, opclass: null, descending: false, nullsFirst: false }
}

/** Every column that the index depends on. */
export function columnsUsed({
  elements,
  include,
  predicate,
}: Pick<IndexSpec, "elements" | "include" | "predicate">): readonly string[] {
  const keys = elements.flatMap(({ key }) => ("column" in key ? key.column : parseExpression(key.expression).columns))
  return [...new Set([...keys, ...include, ...(predicate === null ? [] : parseExpression(predicate).columns)])]
}
