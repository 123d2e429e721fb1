import { findDomain } from "../../catalog/domains.ts"
import type { Catalog } from "../../catalog/model.ts"
import type { Finding } from "../../domain/finding.ts"
import { refusal } from "../table-findings.ts"
import { absentOf } from "./source-column.ts"

/**
 * A new column has to tell whether an INSERT named it: one that still holds what a row has by itself was not. Of a
 * domain whose default is another value each time that can't be seen.
 */
export function domainFindings(type: string, catalog: Catalog, subject: string): readonly Finding[] {
  if (absentOf(type, catalog) !== null) return []
  return [
    refusal(
      "DOMAIN_DEFAULT",
      subject,
      `Its type, the domain ${type}, has a default that is another value each time (${findDomain(catalog, type)?.default ?? ""}): nobody could tell an INSERT of the old application from one of the new`,
      "Take the type below the domain, or the default from the domain, and give the column that default in a later revision.",
    ),
  ]
}
