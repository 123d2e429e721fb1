import type { Rule } from "../rule.ts"
import { show } from "../table-changes.ts"

export const refreshingWithoutConcurrently: Rule = {
  name: "refreshing-without-concurrently",
  severity: "error",
  problem: "REFRESH MATERIALIZED VIEW locks out every reader until it is done.",
  instead: "Write REFRESH MATERIALIZED VIEW CONCURRENTLY; it needs a unique index.",
  example: {
    bad: "REFRESH MATERIALIZED VIEW totals;",
    good: "REFRESH MATERIALIZED VIEW CONCURRENTLY totals;",
  },
  find: ({ node }) => {
    if (!("RefreshMatViewStmt" in node)) return []
    const { concurrent, skipData, relation } = node.RefreshMatViewStmt
    return concurrent || skipData ? [] : [show(relation)]
  },
}
