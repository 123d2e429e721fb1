import type { Catalog, Table } from "../../catalog/model.ts"
import type { Finding } from "../../domain/finding.ts"
import { expressionFindings } from "../expression-findings.ts"
import { unknownColumns } from "../host-findings.ts"
import { refusal } from "../table-findings.ts"
import type { CheckInput } from "./input.ts"

export function checkFindings(input: CheckInput, table: Table, catalog: Catalog, subject: string): readonly Finding[] {
  const { check, columns = [], no_inherit: noInherit } = input
  const findings = [
    ...unknownColumns(columns, table, subject),
    ...expressionFindings(check, `${subject}: check`, { table, also: [], inTrigger: false }, catalog),
  ]
  if (noInherit !== true || table.partitioning !== "parent") return findings
  const message = "A check of a partitioned table always holds for its partitions"
  return [...findings, refusal("NO_INHERIT_ON_PARTITIONED", subject, message, "Leave no_inherit out.")]
}
