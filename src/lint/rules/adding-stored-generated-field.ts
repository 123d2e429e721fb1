import type { Rule } from "../rule.ts"
import { addedColumns, show } from "../table-changes.ts"

export const addingStoredGeneratedField: Rule = {
  name: "adding-stored-generated-field",
  severity: "error",
  problem:
    "A stored generated column is computed for each row at once, which rewrites the whole table under an AccessExclusive lock.",
  instead: "Add a plain column with add_column's up, or a view that computes it.",
  example: {
    bad: "ALTER TABLE users ADD COLUMN lowered text GENERATED ALWAYS AS (lower(name)) STORED;",
    good: "ALTER TABLE users ADD COLUMN lowered text;",
  },
  find: (statement, script) =>
    addedColumns(statement, script)
      // PostgreSQL 18 has virtual ones, which cost nothing.
      .filter(({ constraints }) =>
        constraints.some(({ contype, generated_kind }) => contype === "CONSTR_GENERATED" && generated_kind !== "v"),
      )
      .map(({ relation, column }) => show(relation, column.colname)),
}
