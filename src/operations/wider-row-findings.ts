import type { Catalog, Table } from "../catalog/model.ts"
import type { Finding } from "../domain/finding.ts"
import { displayName } from "../domain/relation.ts"
import { rowCopyFindings } from "./row-copy-findings.ts"
import { warning } from "./table-findings.ts"

/** What takes the table's row as a whole, and so notices that it gets a column more: a new one, or a second one. */
export function widerRowFindings(table: Table, catalog: Catalog): readonly Finding[] {
  return [...dependentFindings(table), ...rowCopyFindings(table, catalog)]
}

function dependentFindings(table: Table): readonly Finding[] {
  const star = warning(
    "PREPARED_SELECT_STAR",
    displayName(table),
    "A connection that has prepared SELECT * on the table fails with 0A000 from the moment the column is there, until it is renewed",
    "Have applications name their columns, or read through a view; else renew their connections after expand.",
  )
  const functions = table.dependents.filter((dependent) => dependent.startsWith("function "))
  const used = functions.map((dependent) =>
    warning(
      "ROW_TYPE_USED",
      `${displayName(table)}: ${dependent}`,
      "It uses the table's row type; an SQL function that RETURNS SETOF it with a fixed list of columns fails once a column is added",
      "Have it return the columns it names (RETURNS TABLE …), or SELECT * of the table.",
    ),
  )
  return [star, ...used]
}
