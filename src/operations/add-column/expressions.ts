import { defaultText } from "../column-definition.ts"
import type { WrittenExpression } from "../operation.ts"
import { writtenName } from "../table-name.ts"
import type { AddColumnInput } from "./input.ts"

/** What else the table has, only the database knows; that the new column isn't there yet is certain. */
export function addColumnExpressions({ table, column, up }: AddColumnInput): readonly WrittenExpression[] {
  const { display, name } = writtenName(table)
  const [value, check] = [defaultText(column), column.check?.constraint]
  const subject = `${display}.${column.name}`
  const common = { table: name, columns: null, computes: null, fills: "no" } as const
  const expressions: WrittenExpression[] = []
  if (up !== undefined)
    expressions.push({
      ...common,
      path: ["up"],
      subject: `${subject}: up`,
      text: up,
      computes: column.name,
      fills: "yes",
    })
  if (value !== null)
    expressions.push({
      ...common,
      path: ["column", "default"],
      subject: `${subject}: default`,
      text: value,
      columns: [],
      fills: up === undefined ? "if volatile" : "no",
    })
  if (check !== undefined)
    expressions.push({ ...common, path: ["column", "check", "constraint"], subject: `${subject}: check`, text: check })
  return expressions
}
