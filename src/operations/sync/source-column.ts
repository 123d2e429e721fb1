import { findDomain } from "../../catalog/domains.ts"
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
  return column.default === null ? absentOf(column.type, catalog) : constant(column.default, catalog)
}

/** The same of a column without a default of its own: its type may be a domain that has one. */
export function absentOf(type: string, catalog: Catalog): Sql | null {
  const byDomain = findDomain(catalog, type)?.default
  return byDomain === undefined ? sql`NULL` : constant(byDomain, catalog)
}

function constant(text: string, catalog: Catalog): Sql | null {
  // PostgreSQL's own words, from pg_get_expr.
  return expressionVolatility(text, catalog) === "immutable" ? trusted(text) : null
}
