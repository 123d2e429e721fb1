import type { Catalog } from "../catalog/model.ts"

/** Indexes share their names with tables, views and sequences of a schema. */
export function isIndexNameTaken(catalog: Catalog, schema: string, name: string): boolean {
  return (
    catalog.otherRelations.some((other) => other.schema === schema && other.name === name) ||
    catalog.tables.some(
      (table) => table.schema === schema && (table.name === name || table.indexes.some((index) => index.name === name)),
    )
  )
}
