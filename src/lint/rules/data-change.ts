import type { Rule } from "../rule.ts"

export const dataChange: Rule = {
  name: "data-change",
  severity: "error",
  problem:
    "A change of rows inside a schema change locks every row that it touches until the end, in one transaction of any length, with nothing to bring the old values back.",
  instead: "Use add_column's up, which fills the rows in batches, or change the rows from the application.",
  example: {
    bad: "UPDATE users SET active = true;",
    good: "ALTER TABLE users ALTER COLUMN active SET DEFAULT true;",
  },
  strict: true,
  find: ({ kind, category, relations }) =>
    category === "data" && kind !== "TruncateStmt" ? [relations[0]?.name ?? "rows"] : [],
}
