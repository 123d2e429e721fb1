import type { Catalog, Table } from "../catalog/model.ts"
import { partitionsOf } from "../catalog/partitions.ts"
import type { Finding } from "../domain/finding.ts"
import { nearestName } from "../domain/nearest.ts"
import { displayName } from "../domain/relation.ts"
import type { RelationName } from "../domain/relation.ts"
import { refusal, tableFindings } from "./table-findings.ts"

/** Why no index or constraint can be built on a table; none: it can. A partition may have its own. */
export function hostFindings(relation: RelationName, catalog: Catalog): readonly Finding[] {
  return tableFindings(relation, catalog).filter(({ code }) => code !== "PARTITION_CHILD")
}

/** Foreign tables among the partitions: PostgreSQL builds no index on them, and no foreign key. */
export function foreignPartitionFindings(table: Table, catalog: Catalog): readonly Finding[] {
  const foreign = [table, ...partitionsOf(table, catalog)]
    .flatMap(({ dependents }) => dependents)
    .filter((dependent) => dependent.startsWith("foreign table "))
  return foreign.map((dependent) =>
    refusal(
      "FOREIGN_PARTITION",
      displayName(table),
      `Its partition ${dependent.slice("foreign table ".length)} is a foreign table, on which nothing can be built`,
      "Do it for each of the other partitions by itself, or detach the foreign one.",
    ),
  )
}

/** Names of columns that the table doesn't have. */
export function unknownColumns(columns: readonly string[], table: Table, subject: string): readonly Finding[] {
  const known = table.columns.map(({ name }) => name)
  return [...new Set(columns)]
    .filter((column) => !known.includes(column))
    .map((column) => {
      const nearest = nearestName(column, known)
      const hint =
        nearest === null
          ? "Check the name; an operation that adds it has to stand before this one."
          : `Did you mean ${nearest}?`
      return refusal("UNKNOWN_COLUMN", subject, `There is no column ${column}`, hint)
    })
}

/** A key names each column once. */
export function namedTwice(columns: readonly string[], subject: string): readonly Finding[] {
  const twice = columns.filter((column, index) => columns.indexOf(column) < index)
  return [...new Set(twice)].map((column) =>
    refusal("COLUMN_TWICE", subject, `The column ${column} is named twice`, "Name each column once."),
  )
}
