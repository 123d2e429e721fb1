import type { Rule } from "../rule.ts"
import { hasOption } from "../statement-options.ts"

export const vacuumFull: Rule = {
  name: "vacuum-full",
  severity: "error",
  problem: "VACUUM FULL and CLUSTER rewrite the table under an AccessExclusive lock.",
  instead: "Plain VACUUM needs no such lock; to shrink a table use pg_repack outside of revisions.",
  example: {
    bad: "VACUUM FULL users;",
    good: "VACUUM users;",
  },
  find: ({ node, relations }) => {
    const full = "VacuumStmt" in node && hasOption(node.VacuumStmt.options, "full")
    return full || "ClusterStmt" in node ? [relations[0]?.name ?? "all tables"] : []
  },
}
