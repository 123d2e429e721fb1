import type { Rule } from "../rule.ts"
import { show, tableChanges } from "../table-changes.ts"

export const attachingPartitionWithoutCheck: Rule = {
  name: "attaching-partition-without-check",
  severity: "warning",
  problem:
    "ATTACH PARTITION reads the whole partition under an AccessExclusive lock, unless a validated CHECK proves its bounds already.",
  instead: "Add such a check NOT VALID and validate it in an earlier revision.",
  example: {
    bad: "ALTER TABLE logs ATTACH PARTITION logs_2020 FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');",
    good: "CREATE TABLE logs_2021 PARTITION OF logs FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');",
  },
  find: (statement, script) =>
    tableChanges(statement, script, "AT_AttachPartition").map(({ relation }) => show(relation)),
}
