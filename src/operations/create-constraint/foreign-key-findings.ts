import { findTable } from "../../catalog/model.ts"
import type { Catalog, Table } from "../../catalog/model.ts"
import type { Finding } from "../../domain/finding.ts"
import { displayName } from "../../domain/relation.ts"
import { keyReferenceFindings } from "../constraints/reference-findings.ts"
import { foreignPartitionFindings, namedTwice, unknownColumns } from "../host-findings.ts"
import type { OperationContext } from "../operation.ts"
import { resolveTable } from "../table-name.ts"
import { refusal } from "../table-findings.ts"
import type { ForeignKeyInput } from "./input.ts"

export function foreignKeyFindings(
  input: ForeignKeyInput,
  table: Table,
  catalog: Catalog,
  context: OperationContext,
  subject: string,
): readonly Finding[] {
  const { columns, references } = input
  const target = resolveTable(references.table, context)
  return [
    ...unknownColumns(columns, table, subject),
    ...namedTwice(columns, subject),
    ...keyReferenceFindings(target, references.columns, columns.length, catalog, subject),
    ...namedTwice(references.columns, subject),
    ...persistenceFindings(table, findTable(catalog, target), subject),
    ...foreignPartitionFindings(table, catalog),
    ...setColumnsFindings(input, subject),
  ]
}

/** After a crash, rows of the other table might be gone. */
function persistenceFindings(table: Table, target: Table | undefined, subject: string): readonly Finding[] {
  if (!target || target.persistence === "permanent" || target.persistence === table.persistence) return []
  const message = `${displayName(target)} is ${target.persistence}: a table that outlives it can't point to it`
  return [
    refusal("REFERENCE_UNLOGGED", subject, message, "Make that table a logged one first (ALTER TABLE … SET LOGGED)."),
  ]
}

function setColumnsFindings({ columns, references }: ForeignKeyInput, subject: string): readonly Finding[] {
  const { on_delete: onDelete, on_delete_set_columns: set = [] } = references
  const strange = set.filter((column) => !columns.includes(column))
  const findings = strange.map((column) =>
    refusal(
      "UNKNOWN_COLUMN",
      subject,
      `${column} is none of the foreign key's columns`,
      "Check on_delete_set_columns.",
    ),
  )
  if (set.length === 0 || onDelete === "SET NULL" || onDelete === "SET DEFAULT") return findings
  const message = "on_delete_set_columns says what SET NULL or SET DEFAULT sets, and on_delete is neither"
  return [...findings, refusal("REFERENCE_MISMATCH", subject, message, "Leave it out, or change on_delete.")]
}
