import type { Rule } from "../rule.ts"
import { hasValue } from "../column-default.ts"
import { addedColumns, show } from "../table-changes.ts"

export const addingNotNullableField: Rule = {
  name: "adding-not-nullable-field",
  severity: "error",
  problem:
    "A new NOT NULL column without a default fails on a table with rows, and makes every INSERT of the old application fail.",
  instead: "Use add_column with up; or add the column nullable, fill it, and require it later.",
  example: {
    bad: "ALTER TABLE users ADD COLUMN email text NOT NULL;",
    good: "ALTER TABLE users ADD COLUMN email text;",
  },
  find: (statement, script) =>
    addedColumns(statement, script)
      .filter(({ constraints }) => constraints.some(({ contype }) => contype === "CONSTR_NOTNULL"))
      .filter(({ column }) => !hasValue(column))
      .map(({ relation, column }) => show(relation, column.colname)),
}
