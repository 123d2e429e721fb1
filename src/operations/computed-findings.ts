import { findColumn } from "../catalog/model.ts"
import type { Catalog, Table } from "../catalog/model.ts"
import type { Finding } from "../domain/finding.ts"
import { parseExpression, settingsBehind } from "../sql/parser.ts"
import { calledFunctions, functionNeedsPath, notComparable } from "./expression-findings.ts"
import { moneyDepends, textSearchDepends } from "./setting-findings.ts"
import { syncFindings } from "./table-findings.ts"
import { expressionVolatility, functionCalled, isComparable } from "./volatility.ts"

/** Functions of somebody's own that triggers will call under another search_path than applications have. */
function byCallersPath(expression: string, catalog: Catalog, subject: string): readonly Finding[] {
  return parseExpression(expression)
    .functions.filter(({ schema }) => schema !== null && schema !== "pg_catalog")
    .filter((called) => functionCalled(called, catalog)?.byCallersPath === true)
    .map(({ schema, name }) => functionNeedsPath(`${schema}.${name}`, subject))
}

/**
 * What has to be known about a column that dual write computes, whichever way: by `up`, `down` or a default. `target`:
 * its type, where the operation says it.
 */
export function computedFindings(
  expression: string,
  table: Table,
  catalog: Catalog,
  subject: string,
  target: string | null = null,
): readonly Finding[] {
  const typeOf = (name: string): string | null => findColumn(table, name)?.type ?? null
  const settings = settingsBehind(expression, { typeOf, target })
  const isSearch = settings.has("default_text_search_config")
  // Of text search the setting is the reason, and the better thing to know.
  const isTold = isSearch && expressionVolatility(expression, catalog) !== "volatile"
  return [
    ...syncFindings(table, catalog),
    ...(isTold || isComparable(expression, catalog) ? [] : [notComparable(subject)]),
    ...(isSearch ? [textSearchDepends(subject)] : []),
    ...(settings.has("lc_monetary") ? [moneyDepends(subject)] : []),
    ...calledFunctions(parseExpression(expression), subject),
    ...byCallersPath(expression, catalog, subject),
  ]
}
