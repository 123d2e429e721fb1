import type { Rule } from "../rule.ts"
import type { Constraint } from "libpg-query"
import { addedColumns, addedConstraints, show } from "../table-changes.ts"

export const disallowedUniqueConstraint: Rule = {
  name: "disallowed-unique-constraint",
  severity: "error",
  problem: "A unique constraint, primary key or exclusion constraint builds its index under an AccessExclusive lock.",
  instead:
    "Create a unique index concurrently, then add the constraint USING INDEX. An exclusion constraint needs a new table.",
  example: {
    bad: "ALTER TABLE users ADD CONSTRAINT one_email UNIQUE (email);",
    good: "ALTER TABLE users ADD CONSTRAINT one_email UNIQUE USING INDEX one_email;",
  },
  find: (statement, script) => [
    ...addedConstraints(statement, script)
      .filter(({ constraint }) => buildsIndex(constraint))
      .map(({ relation, constraint }) => show(relation, constraint.conname)),
    ...addedColumns(statement, script)
      .filter(({ constraints }) => constraints.some((constraint) => buildsIndex(constraint)))
      .map(({ relation, column }) => show(relation, column.colname)),
  ],
}

function buildsIndex({ contype, indexname }: Constraint): boolean {
  if (indexname !== undefined) return false
  return contype === "CONSTR_UNIQUE" || contype === "CONSTR_PRIMARY" || contype === "CONSTR_EXCLUSION"
}
