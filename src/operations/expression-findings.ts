import type { Catalog, Table } from "../catalog/model.ts"
import { UserError } from "../domain/errors.ts"
import type { Finding } from "../domain/finding.ts"
import { nearestName } from "../domain/nearest.ts"
import { parseExpression } from "../sql/parser.ts"
import type { ParsedExpression } from "../sql/parser.ts"
import { ident } from "../sql/sql.ts"
import { refusal, warning } from "./table-findings.ts"
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
      findings.push(foreignColumn(`${qualifier}.${column}`, subject))
    else if (!table.columns.some(({ name }) => name === column) && !scope.also.includes(column))
      findings.push(
        unknownColumn(
          column,
          subject,
          [...table.columns.map(({ name }) => name), ...scope.also],
          scope.inTrigger ? undefined : "Check the name.",
        ),
      )
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

export function foreignColumn(reference: string, subject: string): Finding {
  return refusal(
    "FOREIGN_COLUMN",
    subject,
    `It reads ${reference}, which is not this table's`,
    "Only columns of the same row can be read; move a lookup into a function.",
  )
}

export function readsNewColumn(subject: string): Finding {
  return refusal(
    "READS_NEW_COLUMN",
    subject,
    "It reads the column that it shall compute",
    "up sees the table as it is before the plan.",
  )
}

export function notComparable(subject: string): Finding {
  return warning(
    "NOT_COMPARABLE",
    subject,
    "The expression gives another value each time it is asked, so verify can only see that every row is filled",
    "Use functions that are IMMUTABLE where the values have to be compared.",
  )
}

/** Of the functions that an expression calls, those of somebody's own: who writes the table will call them. */
export function calledFunctions({ functions }: ParsedExpression, subject: string): readonly Finding[] {
  return functions
    .filter(({ schema }) => schema !== null && schema !== "pg_catalog")
    .map(({ schema, name }) =>
      warning(
        "CALLS_FUNCTION",
        subject,
        `Applications will call ${schema}.${name} with each write, with their own rights`,
        `GRANT EXECUTE ON FUNCTION ${schema}.${name} to every role that writes the table (and USAGE on its schema).`,
      ),
    )
}

export function functionNeedsPath(called: string, subject: string): Finding {
  return warning(
    "FUNCTION_NEEDS_PATH",
    subject,
    `${called} has no search_path of its own, and triggers call it under pg_catalog: where its body names something of another schema without saying so, every write of an application fails`,
    `ALTER FUNCTION ${called} SET search_path = …, pg_temp; with the schemas whose names its body uses.`,
  )
}

/** Nothing but a default sees no column at all; a word in one is most likely a text without SQL's quotes. */
function textHint(word: string): string {
  return `A default is SQL and reads no column. Write a text with SQL's quotes within those of YAML: default: "'${word}'".`
}

export function unknownColumn(
  column: string,
  subject: string,
  known: readonly string[],
  otherwise = "An expression sees the table as it is before the plan.",
): Finding {
  const nearest = nearestName(column, known)
  const hint = nearest === null ? otherwise : `Did you mean ${asInSql(nearest)}?`
  return refusal(
    "UNKNOWN_COLUMN",
    subject,
    `There is no column ${column}`,
    known.length === 0 ? textHint(column) : hint,
  )
}

/** SQL makes small letters of a name without quotes, so that what was meant may be what was written. */
function asInSql(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) ? name : `${ident(name)}, in SQL with its quotes`
}

export function distinct(findings: readonly Finding[]): readonly Finding[] {
  const seen = new Map(findings.map((finding) => [`${finding.code} ${finding.message}`, finding]))
  return [...seen.values()]
}
