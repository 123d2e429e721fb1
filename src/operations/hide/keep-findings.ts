import type { Table } from "../../catalog/model.ts"
import type { Finding } from "../../domain/finding.ts"
import { displayName } from "../../domain/relation.ts"
import { reservedPrefix } from "../names.ts"
import { refusal } from "../table-findings.ts"

/**
 * A table on which an earlier run still keeps hidden columns true: what takes further columns away has to wait, for
 * those are computed from them.
 */
export function keepFindings(table: Table): readonly Finding[] {
  const isKept = table.triggers.some(({ name }) => name.startsWith("~sluice_hidden_"))
  if (!isKept) return []
  const kept = table.columns.filter(({ name }) => name.startsWith(reservedPrefix)).map(({ name }) => name)
  return [
    refusal(
      "HIDDEN_COLUMNS_KEPT",
      displayName(table),
      `An earlier run keeps ${kept.join(", ")}, computed from the table's other columns`,
      "Let that run through its purge gate first, or undo it.",
    ),
  ]
}
