import { findDomain } from "../catalog/domains.ts"
import type { Catalog } from "../catalog/model.ts"
import type { Finding } from "../domain/finding.ts"
import { refusal } from "./table-findings.ts"
import { expressionVolatility } from "./volatility.ts"

/**
 * A column is added empty: the rows that are there hold NULL in it until they are filled. A domain may not allow that; one
 * with a check has PostgreSQL look at each row, by writing the whole table anew under lock.
 */
export function newDomainFindings(type: string, catalog: Catalog, subject: string): readonly Finding[] {
  const domain = findDomain(catalog, type)
  if (domain?.notNull)
    return [
      refusal(
        "DOMAIN_FORBIDS_NULL",
        subject,
        `Its type, the domain ${domain.name}, allows no NULL, which the rows that are there hold until the column is filled`,
        `Name a type that allows it, e.g. ${domain.base}, and say nullable: false of the column; or take NOT NULL from the domain and give it to the columns.`,
      ),
    ]
  if (domain?.checked)
    return [
      refusal(
        "DOMAIN_REWRITES",
        subject,
        `Its type, the domain ${domain.name}, has a check, for which PostgreSQL writes the whole table anew under lock when a column of it is added`,
        `Name the type below it, ${domain.base}, and give the column the check (check: {name: …, constraint: …}), which is added and validated while applications write.`,
      ),
    ]
  return []
}

/**
 * A column without a default of its own takes the domain's, for the rows that are there as well: one value for all of
 * them, which PostgreSQL keeps in the catalog, or another for each, for which it writes the whole table anew under lock.
 */
export function domainsDefaultFindings(type: string, catalog: Catalog, subject: string): readonly Finding[] {
  const text = findDomain(catalog, type)?.default
  // PostgreSQL's own words, from pg_get_expr.
  if (text === undefined || expressionVolatility(text, catalog) !== "volatile") return []
  return [
    refusal(
      "DOMAIN_REWRITES",
      subject,
      `Its type, the domain ${type}, has a default that is another value for each row (${text}), for which PostgreSQL writes the whole table anew under lock when a column of it is added`,
      "Give the column a constant default of its own, which comes instead of the domain's, or name the type below the domain.",
    ),
  ]
}
