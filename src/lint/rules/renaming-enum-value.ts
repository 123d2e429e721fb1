import type { Rule } from "../rule.ts"

export const renamingEnumValue: Rule = {
  name: "renaming-enum-value",
  severity: "error",
  problem: "The old application goes on sending the old value, which then is an error.",
  instead: "Add the new value, move the rows, and stop using the old one.",
  example: {
    bad: "ALTER TYPE mood RENAME VALUE 'sad' TO 'unhappy';",
    good: "ALTER TYPE mood ADD VALUE 'unhappy';",
  },
  fineAtContract: true,
  find: ({ node }) => ("AlterEnumStmt" in node && node.AlterEnumStmt.oldVal ? [node.AlterEnumStmt.oldVal] : []),
}
