import { defaultText } from "../column-definition.ts"
import type { WrittenExpression } from "../operation.ts"
import { writtenName } from "../table-name.ts"
import type { CreateTableInput } from "./input.ts"

/** A new table's expressions see what stands beside them, and nothing is filled by them. */
export function createTableExpressions(input: CreateTableInput): readonly WrittenExpression[] {
  const { display, name } = writtenName(input.name)
  const all = input.columns.map((column) => column.name)
  const over = (
    path: WrittenExpression["path"],
    subject: string,
    text: string | null | undefined,
    columns: readonly string[],
  ): readonly WrittenExpression[] =>
    text === null || text === undefined
      ? []
      : [{ path, subject, text, table: name, columns, computes: null, fills: "no" }]
  return [
    ...input.columns.flatMap((column, index) => {
      const [path, subject] = [["columns", index], `${display}.${column.name}`]
      return [
        ...over([...path, "default"], `${subject}: default`, defaultText(column), []),
        ...over([...path, "generated", "expression"], `${subject}: generated`, column.generated?.expression, all),
        ...over([...path, "check", "constraint"], `${subject}: check`, column.check?.constraint, all),
      ]
    }),
    ...(input.constraints ?? []).flatMap((constraint, index) =>
      constraint.type === "check"
        ? over(["constraints", index, "check"], `${display}: ${constraint.name}`, constraint.check, all)
        : [],
    ),
  ]
}
