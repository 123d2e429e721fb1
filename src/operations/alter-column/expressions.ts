import type { WrittenExpression } from "../operation.ts"
import { writtenName } from "../table-name.ts"
import { written } from "../written-expression.ts"
import type { AlterColumnInput } from "./input.ts"

export function alterColumnExpressions(input: AlterColumnInput): readonly WrittenExpression[] {
  const { table, column, up, down, check, default: value } = input
  const { display, name } = writtenName(table)
  const at = (path: readonly string[], what: string) => ({
    path,
    subject: `${display}.${column}: ${what}`,
    table: name,
  })
  return [
    ...written(at(["up"], "up"), up, { fills: "yes" }),
    ...written(at(["down"], "down"), down, { fills: "yes" }),
    ...written(at(["default"], "default"), typeof value === "string" ? value : undefined, { columns: [] }),
    ...written(at(["check", "constraint"], "check"), check?.constraint),
  ]
}
