import type { Rule } from "../rule.ts"
import { droppedObjects } from "../drops.ts"

export const requireConcurrentIndexDeletion: Rule = {
  name: "require-concurrent-index-deletion",
  severity: "warning",
  problem:
    "DROP INDEX without CONCURRENTLY needs an AccessExclusive lock on the table, behind which all requests queue.",
  instead: "Write DROP INDEX CONCURRENTLY, alone in its revision.",
  example: {
    bad: "DROP INDEX users_email;",
    good: "DROP INDEX CONCURRENTLY users_email;",
  },
  find: ({ node }) => {
    if (!("DropStmt" in node) || node.DropStmt.removeType !== "OBJECT_INDEX" || node.DropStmt.concurrent) return []
    return droppedObjects(node.DropStmt)
  },
}
