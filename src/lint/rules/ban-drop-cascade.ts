import type { Rule } from "../rule.ts"
import { droppedObjects } from "../drops.ts"
import { show, tableChanges } from "../table-changes.ts"

export const banDropCascade: Rule = {
  name: "ban-drop-cascade",
  severity: "warning",
  problem:
    "CASCADE also drops views, constraints and functions that nobody named, and that the plan therefore can't bring back.",
  instead: "Drop what depends on it by name first.",
  example: {
    bad: "DROP VIEW totals CASCADE;",
    good: "DROP VIEW totals;",
  },
  find: (statement, script) => {
    const { node } = statement
    const objects = "DropStmt" in node && node.DropStmt.behavior === "DROP_CASCADE" ? droppedObjects(node.DropStmt) : []
    const parts = tableChanges(statement, script)
      .filter(({ command }) => command.behavior === "DROP_CASCADE" && command.subtype !== "AT_AddColumn")
      .map(({ relation, command }) => show(relation, command.name))
    return [...objects, ...parts]
  },
}
