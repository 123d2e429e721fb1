import type { Rule } from "../rule.ts"
import { droppedObjects } from "../drops.ts"

export const banDropTable: Rule = {
  name: "ban-drop-table",
  severity: "error",
  problem: "Statements of the old application that name the table fail at once, and its rows are lost.",
  instead:
    "Drop it at contract (onComplete: true), in a revision of its own, once nothing uses it. What was in it comes back from the backup alone.",
  example: {
    bad: "DROP TABLE users;",
    good: "COMMENT ON TABLE users IS 'unused since version 4';",
  },
  fineAtContract: true,
  find: ({ node }) =>
    "DropStmt" in node && node.DropStmt.removeType === "OBJECT_TABLE" ? droppedObjects(node.DropStmt) : [],
}
