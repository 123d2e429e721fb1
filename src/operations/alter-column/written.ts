import type { Finding } from "../../domain/finding.ts"
import { warning } from "../table-findings.ts"
import { writtenName } from "../table-name.ts"
import type { AlterColumnInput } from "./input.ts"

/** A type without its ways: whether the column has it already, only the database knows, so that this stops nothing. */
export function alterColumnWritten({ table, column, type, up, down }: AlterColumnInput): readonly Finding[] {
  if (type === undefined) return []
  const subject = `${writtenName(table).display}.${column}`
  const missing = [...(up === undefined ? (["up"] as const) : []), ...(down === undefined ? (["down"] as const) : [])]
  return missing.map((way) =>
    warning(
      way === "up" ? "UP_REQUIRED" : "DOWN_REQUIRED",
      subject,
      `Unless the column is of type ${type} already, its change needs \`${way}\`: the values have to be computed`,
      way === "up" ? `E.g. up: ${column}::${type}` : `E.g. down: ${column}:: and the type that it has now`,
    ),
  )
}
