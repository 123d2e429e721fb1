import type { Rule } from "../rule.ts"
import { walk } from "../../sql/tree.ts"

export const selectWithSideEffects: Rule = {
  name: "select-with-side-effects",
  severity: "error",
  problem:
    "A SELECT that calls functions or locks rows may change anything, and nobody can tell what its undo would be.",
  instead: "Leave queries out of revisions; what a function does, write as statements.",
  example: {
    bad: "SELECT setval('users_id_seq', 1000);",
    good: "ALTER SEQUENCE users_id_seq RESTART WITH 1000;",
  },
  strict: true,
  find: ({ node, category }) => {
    if (category !== "query") return []
    const found = new Set<string>()
    walk(node, (kind) => {
      if (kind === "FuncCall" || kind === "LockingClause" || kind === "ExplainStmt") found.add("SELECT")
    })
    return [...found]
  },
}
