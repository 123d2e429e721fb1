import type { Rule } from "../rule.ts"
import { addedConstraints, show, tableChanges } from "../table-changes.ts"

export const validatingInSameTransaction: Rule = {
  name: "validating-in-same-transaction",
  severity: "error",
  problem:
    "Adding a constraint NOT VALID and validating it in the same transaction keeps the strong lock of the first while the second reads the whole table.",
  instead: "Validate in a revision of its own.",
  example: {
    bad: "ALTER TABLE users ADD CONSTRAINT adult CHECK (age > 17) NOT VALID;\nALTER TABLE users VALIDATE CONSTRAINT adult;",
    good: "ALTER TABLE users VALIDATE CONSTRAINT adult;",
  },
  find: (statement, script) => {
    const added = [...script.before(statement), statement]
      .flatMap((earlier) => addedConstraints(earlier, script))
      .map(({ relation, constraint }) => show(relation, constraint.conname))
    return tableChanges(statement, script, "AT_ValidateConstraint")
      .map(({ relation, command }) => show(relation, command.name))
      .filter((subject) => added.includes(subject))
  },
}
