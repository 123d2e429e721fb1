import type { WrittenExpression } from "../operation.ts"
import { writtenName } from "../table-name.ts"
import { written } from "../written-expression.ts"
import type { CreateIndexInput } from "./input.ts"
import { listOfElements } from "./input.ts"

export function createIndexExpressions({ table, name: index, columns, predicate }: CreateIndexInput) {
  const { display, name } = writtenName(table)
  const at = (path: readonly (string | number)[], what: string) => ({
    path,
    subject: `${display}: ${index}: ${what}`,
    table: name,
  })
  const elements = listOfElements(columns).flatMap((element, place): readonly WrittenExpression[] =>
    "expression" in element ? written(at(["columns", place, "expression"], "expression"), element.expression) : [],
  )
  return [...elements, ...written(at(["predicate"], "predicate"), predicate)]
}
