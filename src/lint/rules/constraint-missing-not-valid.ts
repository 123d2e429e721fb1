import type { Rule } from "../rule.ts"
import { addedConstraints, show } from "../table-changes.ts"

export const constraintMissingNotValid: Rule = {
  name: "constraint-missing-not-valid",
  severity: "error",
  problem: "A check that is added at once reads the whole table under an AccessExclusive lock.",
  instead: "Add it NOT VALID, and VALIDATE CONSTRAINT in a later revision.",
  example: {
    bad: "ALTER TABLE users ADD CONSTRAINT adult CHECK (age > 17);",
    good: "ALTER TABLE users ADD CONSTRAINT adult CHECK (age > 17) NOT VALID;",
  },
  find: (statement, script) =>
    addedConstraints(statement, script)
      .filter(({ constraint }) => constraint.contype === "CONSTR_CHECK" || constraint.contype === "CONSTR_NOTNULL")
      .filter(({ constraint }) => !constraint.skip_validation)
      .map(({ relation, constraint }) => show(relation, constraint.conname)),
}
