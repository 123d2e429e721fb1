import type { Rule } from "../rule.ts"
import { show, tableChanges } from "../table-changes.ts"

export const banDropNotNull: Rule = {
  name: "ban-drop-not-null",
  severity: "warning",
  problem: "From then on the column may be NULL, which an application that has never seen it may not expect.",
  instead: "Let the application that copes with NULL go out first.",
  example: {
    bad: "ALTER TABLE users ALTER COLUMN email DROP NOT NULL;",
    good: "ALTER TABLE users ALTER COLUMN email SET DEFAULT '';",
  },
  fineAtContract: true,
  find: (statement, script) =>
    tableChanges(statement, script, "AT_DropNotNull").map(({ relation, command }) => show(relation, command.name)),
}
