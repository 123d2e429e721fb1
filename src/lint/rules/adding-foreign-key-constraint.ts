import type { Rule } from "../rule.ts"
import { addedConstraints, show } from "../table-changes.ts"

export const addingForeignKeyConstraint: Rule = {
  name: "adding-foreign-key-constraint",
  severity: "error",
  problem: "A foreign key that is added at once reads the whole table while both tables refuse writes.",
  instead: "Add it NOT VALID, and VALIDATE CONSTRAINT in a later revision.",
  example: {
    bad: "ALTER TABLE orders ADD CONSTRAINT customer FOREIGN KEY (user_id) REFERENCES users (id);",
    good: "ALTER TABLE orders ADD CONSTRAINT customer FOREIGN KEY (user_id) REFERENCES users (id) NOT VALID;",
  },
  find: (statement, script) =>
    addedConstraints(statement, script)
      .filter(({ constraint }) => constraint.contype === "CONSTR_FOREIGN" && !constraint.skip_validation)
      .map(({ relation, constraint }) => show(relation, constraint.conname)),
}
