import type { Rule } from "../rule.ts"
import { show, tableChanges } from "../table-changes.ts"

export const requireConcurrentPartitionDetach: Rule = {
  name: "require-concurrent-partition-detach",
  severity: "error",
  problem: "DETACH PARTITION without CONCURRENTLY locks the whole partitioned table against reads and writes.",
  instead: "Write DETACH PARTITION … CONCURRENTLY.",
  example: {
    bad: "ALTER TABLE logs DETACH PARTITION logs_2020;",
    good: "ALTER TABLE logs DETACH PARTITION logs_2020 CONCURRENTLY;",
  },
  find: (statement, script) =>
    tableChanges(statement, script, "AT_DetachPartition")
      .filter(({ command }) => !(command.def && "PartitionCmd" in command.def && command.def.PartitionCmd.concurrent))
      .map(({ relation }) => show(relation)),
}
