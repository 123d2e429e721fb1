import type { Rule } from "../rule.ts"
import { droppedObjects } from "../drops.ts"

export const banDropSchema: Rule = {
  name: "ban-drop-schema",
  severity: "error",
  problem: "Everything in the schema or database goes with it, at once.",
  instead: "Drop what is in it, one thing at a time, each with its way back.",
  example: {
    bad: "DROP SCHEMA shop CASCADE;",
    good: "DROP VIEW shop.totals;",
  },
  fineAtContract: true,
  find: ({ node }) => {
    if ("DropdbStmt" in node) return [node.DropdbStmt.dbname ?? "database"]
    return "DropStmt" in node && node.DropStmt.removeType === "OBJECT_SCHEMA" ? droppedObjects(node.DropStmt) : []
  },
}
