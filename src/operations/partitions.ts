import type { Catalog, Table } from "../catalog/model.ts"
import type { RelationName } from "../domain/relation.ts"

/** The partitions of a table at every level. */
export function partitionsOf(parent: RelationName, { tables }: Catalog): readonly Table[] {
  return tables.filter((table) => isBelow(table, parent, tables))
}

function isBelow(table: Table, parent: RelationName, tables: readonly Table[]): boolean {
  if (!table.parent) return false
  const { schema, name } = table.parent
  if (schema === parent.schema && name === parent.name) return true
  const above = tables.find((other) => other.schema === schema && other.name === name)
  return above !== undefined && isBelow(above, parent, tables)
}
