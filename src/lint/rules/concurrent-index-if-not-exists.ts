import type { Rule } from "../rule.ts"
import { show } from "../table-changes.ts"

export const concurrentIndexIfNotExists: Rule = {
  name: "concurrent-index-if-not-exists",
  severity: "warning",
  problem:
    "A concurrent build that failed leaves an invalid index, and IF NOT EXISTS skips over it in silence: the index seems to be there and is never used.",
  instead: "Leave IF NOT EXISTS out: Sluice finds such leftovers and clears them.",
  example: {
    bad: "CREATE INDEX CONCURRENTLY IF NOT EXISTS users_email ON users (email);",
    good: "CREATE INDEX CONCURRENTLY users_email ON users (email);",
  },
  find: ({ node }) => {
    if (!("IndexStmt" in node) || !node.IndexStmt.concurrent || !node.IndexStmt.if_not_exists) return []
    return [show(node.IndexStmt.relation, node.IndexStmt.idxname)]
  },
}
