import type { Rule } from "../rule.ts"
import { isVolatileDefault } from "../column-default.ts"
import { addedColumns, show } from "../table-changes.ts"

export const addingFieldWithVolatileDefault: Rule = {
  name: "adding-field-with-volatile-default",
  severity: "error",
  problem:
    "A default that differs from row to row rewrites the whole table under an AccessExclusive lock. Constants and now() do not.",
  instead: "Add the column without a default, set the default afterwards, and fill the rows with add_column's up.",
  example: {
    bad: "ALTER TABLE users ADD COLUMN token uuid DEFAULT gen_random_uuid();",
    good: "ALTER TABLE users ADD COLUMN created timestamptz DEFAULT now();",
  },
  find: (statement, script) =>
    addedColumns(statement, script)
      .filter(({ column }) => isVolatileDefault(column))
      .map(({ relation, column }) => show(relation, column.colname)),
}
