import type { Rule } from "../rule.ts"
import { show, tableChanges } from "../table-changes.ts"

export const changingColumnType: Rule = {
  name: "changing-column-type",
  severity: "error",
  problem:
    "Changing a type rewrites the table and its indexes under an AccessExclusive lock, and breaks the application that expects the old type.",
  instead: "Add a column of the new type with add_column's up, and drop the old one in the same revision.",
  example: {
    bad: "ALTER TABLE users ALTER COLUMN id TYPE bigint;",
    good: "ALTER TABLE users ADD COLUMN big_id bigint;",
  },
  find: (statement, script) =>
    tableChanges(statement, script, "AT_AlterColumnType").map(({ relation, command }) => show(relation, command.name)),
}
