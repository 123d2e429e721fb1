import type { Column, Table } from "../../catalog/model.ts"
import type { Finding } from "../../domain/finding.ts"
import { displayName } from "../../domain/relation.ts"
import { identifyingKey } from "../sync/walk-key.ts"
import { reservedPrefix } from "../names.ts"
import { refusal } from "../table-findings.ts"

/**
 * A table on which an earlier run still keeps hidden columns: what takes further columns away has to wait where those
 * are computed from the table's others, or where the column is a part of the key by which purge will archive them.
 */
export function keepFindings(table: Table, column: Column): readonly Finding[] {
  const kept = table.columns.map(({ name }) => name).filter(isHidden)
  const isComputed = table.triggers.some(({ name }) => /^~sluice_(hidden|archive)_/.test(name))
  const isKey = kept.length > 0 && (identifyingKey(table) ?? []).includes(column.name)
  if (!isComputed && !isKey) return []
  return [
    refusal(
      "HIDDEN_COLUMNS_KEPT",
      displayName(table),
      isComputed
        ? `An earlier run keeps ${kept.join(", ")}, computed from the table's other columns`
        : `An earlier run keeps ${kept.join(", ")}, and will archive them by a key that ${column.name} is a part of`,
      "Let that run through its purge gate first, or undo it.",
    ),
  ]
}

function isHidden(name: string): boolean {
  return name.startsWith(reservedPrefix) && !name.startsWith(`${reservedPrefix}_filled_`)
}
