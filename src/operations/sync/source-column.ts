import type { Catalog, Column } from "../../catalog/model.ts"
import type { SyncColumn } from "../../domain/backfill.ts"
import { sql, trusted } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"
import { expressionVolatility } from "../volatility.ts"
import { needsByteEquality } from "./byte-equality.ts"
import { typeBelow } from "./type-below.ts"

/** A column that exists and that nothing computes, as dual write has to know it. */
export function sourceColumn(column: Column, catalog: Catalog): SyncColumn {
  return {
    name: column.name,
    type: column.type,
    ...typeBelow(column.type, catalog),
    collation: column.collation,
    expression: null,
    reads: [],
    comparable: true,
    compareBytes: needsByteEquality(column.type, column.collation),
    absent: absentValue(column, catalog),
    added: false,
    notNull: column.notNull,
    hidden: null,
  }
}

/** What an INSERT leaves in the column that doesn't name it; null where it is another value each time. */
function absentValue(column: Column, catalog: Catalog): Sql | null {
  if (column.identity !== null || column.generated !== null) return null
  if (column.default === null) return sql`NULL`
  // PostgreSQL's own words, from pg_get_expr.
  return expressionVolatility(column.default, catalog) === "immutable" ? trusted(column.default) : null
}
