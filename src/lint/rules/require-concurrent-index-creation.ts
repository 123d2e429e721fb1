import type { Rule } from "../rule.ts"
import { show } from "../table-changes.ts"

export const requireConcurrentIndexCreation: Rule = {
  name: "require-concurrent-index-creation",
  severity: "error",
  problem: "CREATE INDEX without CONCURRENTLY stops all writes to the table until the index is built.",
  instead: "Write CREATE INDEX CONCURRENTLY, alone in its revision.",
  example: {
    bad: "CREATE INDEX users_email ON users (email);",
    good: "CREATE INDEX CONCURRENTLY users_email ON users (email);",
  },
  find: ({ node }, script) => {
    if (!("IndexStmt" in node)) return []
    const { concurrent, relation, idxname } = node.IndexStmt
    return concurrent || script.creates(relation) ? [] : [show(relation, idxname)]
  },
}
