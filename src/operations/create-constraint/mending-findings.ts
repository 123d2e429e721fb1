import type { Finding } from "../../domain/finding.ts"
import { bindColumns } from "../../sql/parser.ts"
import { ident } from "../../sql/sql.ts"
import { isFinding, tryExpression } from "../expression-findings.ts"
import { refusal } from "../table-findings.ts"
import type { CreateConstraintInput } from "./input.ts"

/** `up` and `down` that would change values. Those that leave each column as it is, as pgroll's files need, do nothing. */
export function mendingFindings({ up = {}, down = {} }: CreateConstraintInput, subject: string): readonly Finding[] {
  const given = [...Object.entries(up), ...Object.entries(down)]
  const changing = given.filter(([column, text]) => !isItself(column, text)).map(([column]) => column)
  if (changing.length === 0) return []
  return [
    refusal(
      "UP_NOT_SUPPORTED",
      subject,
      `create_constraint can't change values yet: up or down of ${[...new Set(changing)].join(", ")}`,
      "Change the rows first, in a revision of its own, then leave up and down out; precheck lists rows that don't comply.",
    ),
  ]
}

function isItself(column: string, text: string): boolean {
  return !isFinding(tryExpression(text, column)) && bindColumns(text, ident) === ident(column)
}
