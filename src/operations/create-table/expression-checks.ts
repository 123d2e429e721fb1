import type { ExpressionCheck } from "../../domain/plan.ts"
import { displayName } from "../../domain/relation.ts"
import { bindColumns } from "../../sql/parser.ts"
import { sql } from "../../sql/sql.ts"
import type { CreateTableInput } from "./input.ts"
import type { CreateTable } from "./resolved.ts"

/** Some relation that is there: the table itself isn't yet, and none of the expressions reads a row. */
const anyRelation = { schema: "pg_catalog", name: "pg_class" }

/** Types and expressions that only PostgreSQL can resolve. A NULL of the right type stands for each column. */
export function createTableExpressionChecks(table: CreateTable, input: CreateTableInput): readonly ExpressionCheck[] {
  const name = displayName(table.relation)
  const bind = (column: string) => {
    const type = table.columns.find((other) => other.input.name === column)?.type.name ?? sql`text`
    return sql`(NULL::${type})`
  }
  const check = (subject: string, text: string, type: string): ExpressionCheck => ({
    relation: anyRelation,
    subject,
    expression: bindColumns(text, bind),
    type,
  })
  return [
    ...table.columns.flatMap(({ input: column, type, default: text, generated }) => {
      const subject = `${name}.${column.name}`
      return [
        check(`${subject}: type`, "NULL", type.name),
        ...(text === null ? [] : [{ ...check(`${subject}: default`, text, type.name), default: "named" as const }]),
        ...(generated === null ? [] : [check(`${subject}: generated`, generated, type.name)]),
        ...(column.check ? [check(`${subject}: check`, column.check.constraint, "boolean")] : []),
      ]
    }),
    ...(input.constraints ?? []).flatMap((constraint) =>
      constraint.type === "check" ? [check(`${name}: ${constraint.name}`, constraint.check, "boolean")] : [],
    ),
  ]
}
