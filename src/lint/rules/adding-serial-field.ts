import type { Rule } from "../rule.ts"
import { drawsNumbers } from "../column-default.ts"
import { addedColumns, show } from "../table-changes.ts"

export const addingSerialField: Rule = {
  name: "adding-serial-field",
  severity: "error",
  problem:
    "A serial or identity column gives each row its number, which rewrites the whole table under an AccessExclusive lock.",
  instead: "Add a nullable bigint, fill it with add_column's up, then give it its sequence.",
  example: {
    bad: "ALTER TABLE users ADD COLUMN number bigserial;",
    good: "ALTER TABLE users ADD COLUMN number bigint;",
  },
  find: (statement, script) =>
    addedColumns(statement, script)
      .filter(({ column }) => drawsNumbers(column))
      .map(({ relation, column }) => show(relation, column.colname)),
}
