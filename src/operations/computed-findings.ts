import type { Catalog, Table } from "../catalog/model.ts"
import type { Finding } from "../domain/finding.ts"
import { parseExpression } from "../sql/parser.ts"
import { calledFunctions, notComparable } from "./expression-findings.ts"
import { syncFindings } from "./table-findings.ts"
import { isComparable } from "./volatility.ts"

/** What has to be known about a column that dual write computes, whichever way: by `up`, `down` or a default. */
export function computedFindings(
  expression: string,
  table: Table,
  catalog: Catalog,
  subject: string,
): readonly Finding[] {
  return [
    ...syncFindings(table),
    ...(isComparable(expression, catalog) ? [] : [notComparable(subject)]),
    ...calledFunctions(parseExpression(expression), subject),
  ]
}
