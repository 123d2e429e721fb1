import type { Catalog, Table } from "../catalog/model.ts"
import type { Finding } from "../domain/finding.ts"
import { parseExpression } from "../sql/parser.ts"
import { syncFindings, warning } from "./table-findings.ts"
import { isComparable } from "./volatility.ts"

/** What has to be known about a column that dual write computes, whichever way: by `up`, `down` or a default. */
export function computedFindings(
  expression: string,
  table: Table,
  catalog: Catalog,
  subject: string,
): readonly Finding[] {
  const findings: Finding[] = [...syncFindings(table)]
  if (!isComparable(expression, catalog))
    findings.push(
      warning(
        "NOT_COMPARABLE",
        subject,
        "The expression gives another value each time it is asked, so verify can only see that every row is filled",
        "Use functions that are IMMUTABLE where the values have to be compared.",
      ),
    )
  const own = parseExpression(expression).functions.filter(({ schema }) => schema !== null && schema !== "pg_catalog")
  for (const { schema, name } of own)
    findings.push(
      warning(
        "CALLS_FUNCTION",
        subject,
        `Applications will call ${schema}.${name} with each write, with their own rights`,
        `GRANT EXECUTE ON FUNCTION ${schema}.${name} to every role that writes the table (and USAGE on its schema).`,
      ),
    )
  return findings
}
