import type { Rule } from "../rule.ts"
import { show, tableChanges } from "../table-changes.ts"

export const setNotNullWithoutCheck: Rule = {
  name: "set-not-null-without-check",
  severity: "error",
  problem:
    "SET NOT NULL reads the whole table under an AccessExclusive lock, unless a validated CHECK (column IS NOT NULL) proves it already.",
  instead:
    "Add such a check NOT VALID, validate it in a later revision, then SET NOT NULL together with dropping the check.",
  example: {
    bad: "ALTER TABLE users ALTER COLUMN email SET NOT NULL;",
    good: "ALTER TABLE users ALTER COLUMN email SET NOT NULL;\nALTER TABLE users DROP CONSTRAINT users_email_not_null;",
  },
  find: (statement, script) =>
    tableChanges(statement, script, "AT_SetNotNull")
      // The proof stands in the database, not here; that a check goes right afterwards tells that its author knew.
      .filter(
        ({ relation }) =>
          !script.statements.some((other) =>
            tableChanges(other, script, "AT_DropConstraint").some((drop) => show(drop.relation) === show(relation)),
          ),
      )
      .map(({ relation, command }) => show(relation, command.name)),
}
