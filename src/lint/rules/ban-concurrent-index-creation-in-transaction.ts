import type { Rule } from "../rule.ts"
import { show } from "../table-changes.ts"

export const banConcurrentIndexCreationInTransaction: Rule = {
  name: "ban-concurrent-index-creation-in-transaction",
  severity: "error",
  problem: "CREATE INDEX CONCURRENTLY can't run in a transaction, and the statements of a script run in one.",
  instead: "Put it into a revision of its own.",
  example: {
    bad: "ALTER TABLE users ADD COLUMN email text;\nCREATE INDEX CONCURRENTLY users_email ON users (email);",
    good: "CREATE INDEX CONCURRENTLY users_email ON users (email);",
  },
  strict: true,
  find: ({ node }, script) => {
    if (!("IndexStmt" in node) || !node.IndexStmt.concurrent || script.statements.length === 1) return []
    return [show(node.IndexStmt.relation, node.IndexStmt.idxname)]
  },
}
