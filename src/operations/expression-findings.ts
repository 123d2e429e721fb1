import type { Catalog, Table } from "../catalog/model.ts"
import { UserError } from "../domain/errors.ts"
import type { Finding } from "../domain/finding.ts"
import { nearestName } from "../domain/nearest.ts"
import { parseExpression } from "../sql/parser.ts"
import type { ParsedExpression } from "../sql/parser.ts"
import { refusal } from "./table-findings.ts"
import { volatilityOf } from "./volatility.ts"

/** The expression, or what is wrong with it as a finding about `subject` (`public.users.email: up`). */
export function tryExpression(text: string, subject: string): ParsedExpression | Finding {
  try {
    return parseExpression(text)
  } catch (error) {
    if (error instanceof UserError) return { ...error.finding, subject }
    throw error
  }
}

export function isFinding(value: ParsedExpression | Finding): value is Finding {
  return "severity" in value
}

/** What an expression over a table's columns may see. */
export interface Scope {
  readonly table: Pick<Table, "schema" | "name" | "columns">
  /** Columns that it may name besides the table's own. */
  readonly also: readonly string[]
  /** Generated columns hold nothing yet when a BEFORE trigger runs. */
  readonly inTrigger: boolean
}

/** What is wrong with an expression's names: unknown columns, other tables, functions that aren't there. */
export function expressionFindings(text: string, subject: string, scope: Scope, catalog: Catalog): readonly Finding[] {
  const parsed = tryExpression(text, subject)
  if (isFinding(parsed)) return [parsed]
  const { table } = scope
  const findings: Finding[] = []
  for (const { column, table: qualifier, schema } of parsed.references) {
    if (qualifier !== null && (qualifier !== table.name || (schema !== null && schema !== table.schema)))
      findings.push(
        refusal(
          "FOREIGN_COLUMN",
          subject,
          `It reads ${qualifier}.${column}, which is not this table's`,
          "Only columns of the same row can be read; move a lookup into a function.",
        ),
      )
    else if (!table.columns.some(({ name }) => name === column) && !scope.also.includes(column))
      findings.push(unknownColumn(column, subject, scope))
    else if (scope.inTrigger && table.columns.some(({ name, generated }) => name === column && generated !== null))
      findings.push(
        refusal(
          "READS_GENERATED_COLUMN",
          subject,
          `It reads the generated column ${column}, which is computed only after triggers`,
          "Write out what generates it.",
        ),
      )
  }
  for (const name of parsed.functions.filter((name) => name.schema === null && volatilityOf(name, catalog) === null))
    findings.push(
      refusal(
        "UNKNOWN_FUNCTION",
        subject,
        `PostgreSQL has no function ${name.name}`,
        `Write your own functions with their schema: my_schema.${name.name}(…).`,
      ),
    )
  return distinct(findings)
}

function unknownColumn(column: string, subject: string, { table, also, inTrigger }: Scope): Finding {
  const nearest = nearestName(column, [...table.columns.map(({ name }) => name), ...also])
  const scope = inTrigger ? "An expression sees the table as it is before the plan." : "Check the name."
  const hint = nearest === null ? scope : `Did you mean ${nearest}?`
  return refusal("UNKNOWN_COLUMN", subject, `There is no column ${column}`, hint)
}

function distinct(findings: readonly Finding[]): readonly Finding[] {
  const seen = new Map(findings.map((finding) => [`${finding.code} ${finding.message}`, finding]))
  return [...seen.values()]
}
