import type { Catalog, Table } from "../../catalog/model.ts"
import type { Finding } from "../../domain/finding.ts"
import { namedTwice, unknownColumns } from "../host-findings.ts"
import { methodFindings } from "../indexes/method-findings.ts"
import { indexNameFindings } from "../indexes/name-findings.ts"
import { readOptions } from "../indexes/options.ts"
import { keyIndex } from "../indexes/spec.ts"
import { refusal } from "../table-findings.ts"
import type { KeyInput } from "./input.ts"
import { keyOf } from "./resolved.ts"

export function keyFindings(input: KeyInput, table: Table, catalog: Catalog, subject: string): readonly Finding[] {
  const { key } = keyOf(input, { schema: table.schema, name: table.name })
  const { columns, include = [] } = key
  const options = input.index_parameters?.storage_parameters
  const index = keyIndex(key)
  const findings = [
    ...unknownColumns([...columns, ...include], table, subject),
    ...namedTwice(columns, subject),
    ...methodFindings(index, subject),
    ...indexNameFindings(index, catalog),
  ]
  if (options !== undefined && readOptions(options) === null)
    findings.push(
      refusal(
        "INDEX_OPTIONS",
        subject,
        `Not a list of options: ${options}`,
        "Write name = value, with commas between.",
      ),
    )
  if (table.partitioning === "parent")
    findings.push(
      refusal(
        "UNIQUE_ON_PARTITIONED",
        subject,
        "PostgreSQL can't make an index of a partitioned table a constraint",
        "create_index with unique: true keeps out the same rows, if it includes what the table is partitioned by.",
      ),
    )
  if (input.type === "primary_key" && table.constraints.some(({ kind }) => kind === "primary key"))
    findings.push(
      refusal("SEVERAL_PRIMARY_KEYS", subject, "The table has a primary key already", "Make it a unique constraint."),
    )
  return findings
}
