import type { Rule } from "../rule.ts"
import { hasOption } from "../statement-options.ts"
import { show } from "../table-changes.ts"

export const requireConcurrentReindex: Rule = {
  name: "require-concurrent-reindex",
  severity: "error",
  problem: "REINDEX without CONCURRENTLY stops writes, and reads that would use the index, until it is rebuilt.",
  instead: "Write REINDEX (CONCURRENTLY), alone in its revision.",
  example: {
    bad: "REINDEX TABLE users;",
    good: "REINDEX TABLE CONCURRENTLY users;",
  },
  find: ({ node }) => {
    if (!("ReindexStmt" in node) || hasOption(node.ReindexStmt.params, "concurrently")) return []
    return [show(node.ReindexStmt.relation) || (node.ReindexStmt.name ?? "all")]
  },
}
