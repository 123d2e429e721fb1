import type { Rule } from "../rule.ts"
import { show, tableChanges } from "../table-changes.ts"

export const banDropColumn: Rule = {
  name: "ban-drop-column",
  severity: "error",
  problem: "Statements of the old application that name the column fail at once, and its values are lost.",
  instead: "Use drop_column: the column is hidden first, can be brought back, and is archived before it goes.",
  example: {
    bad: "ALTER TABLE users DROP COLUMN name;",
    good: "ALTER TABLE users ALTER COLUMN name DROP NOT NULL;",
  },
  fineAtContract: true,
  find: (statement, script) =>
    tableChanges(statement, script, "AT_DropColumn").map(({ relation, command }) => show(relation, command.name)),
}
