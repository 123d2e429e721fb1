import { findDomain } from "../../catalog/domains.ts"
import type { Catalog, Column } from "../../catalog/model.ts"
import type { Finding } from "../../domain/finding.ts"
import { refusal } from "../table-findings.ts"

/**
 * A hidden column has to be able to hold NULL: where `down` finds no value, or nothing computes one. A column's own NOT
 * NULL is lifted for that long. That of a domain can't be, so each such write would fail.
 */
export function nullFindings(column: Column, catalog: Catalog, subject: string): readonly Finding[] {
  const domain = findDomain(catalog, column.type)
  if (!domain?.notNull) return []
  return [
    refusal(
      "DOMAIN_FORBIDS_NULL",
      subject,
      `Its type, the domain ${domain.name}, allows no NULL, and while the column is hidden it may have to hold one`,
      `Give it another type first, e.g. ALTER COLUMN … TYPE ${domain.base}, which doesn't rewrite the table where the domain adds no length of its own, and SET NOT NULL; or take NOT NULL from the domain and give it to the columns.`,
    ),
  ]
}
