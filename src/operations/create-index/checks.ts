import { hasErrors } from "../../domain/finding.ts"
import { findTable } from "../../catalog/model.ts"
import type { Catalog } from "../../catalog/model.ts"
import type { Finding } from "../../domain/finding.ts"
import { bindingFindings } from "../binding-findings.ts"
import { hostFindings } from "../host-findings.ts"
import { indexNameFindings } from "../indexes/name-findings.ts"
import { partitionedIndexFindings } from "../indexes/partition-findings.ts"
import type { OperationContext } from "../operation.ts"
import { resolveTable } from "../table-name.ts"
import { elementFindings } from "./element-findings.ts"
import type { CreateIndexInput } from "./input.ts"
import { methodFindings } from "../indexes/method-findings.ts"
import { resolveCreateIndex } from "./resolved.ts"

/** Everything that can be said about a `create_index` before the database is asked. */
export function checkCreateIndex(
  input: CreateIndexInput,
  before: Catalog,
  context: OperationContext,
): readonly Finding[] {
  const relation = resolveTable(input.table, context)
  const blocked = hostFindings(relation, before)
  const table = findTable(before, relation)
  if (!table) return blocked
  const broken = elementFindings(input, table, before)
  // What follows looks at the expressions, so they have to be sound.
  if (hasErrors(broken)) return [...blocked, ...broken]
  const { index, use, pending, subject } = resolveCreateIndex(input, before, context)
  return [
    ...blocked,
    ...broken,
    ...methodFindings(index, subject),
    ...indexNameFindings(index, before),
    ...partitionedIndexFindings(index, table, before),
    ...(index.unique ? bindingFindings([use], pending, "while it is being built already", subject) : []),
  ]
}
