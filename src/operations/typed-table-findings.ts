import type { Table } from "../catalog/model.ts"
import type { Finding } from "../domain/finding.ts"
import { displayName } from "../domain/relation.ts"
import { qualified } from "../sql/sql.ts"
import { refusal } from "./table-findings.ts"

/** Why no column of the table can come, go, or get another name: it has them from a type. */
export function typedTableFindings(table: Table): readonly Finding[] {
  if (table.ofType === undefined) return []
  return [
    refusal(
      "TYPED_TABLE",
      displayName(table),
      `The table has its columns from the type ${table.ofType} (CREATE TABLE … OF), so PostgreSQL adds, renames and drops none of them`,
      `Give it columns of its own first: ALTER TABLE ${qualified(table)} NOT OF, which touches no row.`,
    ),
  ]
}
