import { hasErrors } from "../../domain/finding.ts"
import { findTable } from "../../catalog/model.ts"
import type { Catalog, Table } from "../../catalog/model.ts"
import { partitionsOf } from "../../catalog/partitions.ts"
import type { Finding } from "../../domain/finding.ts"
import { displayName } from "../../domain/relation.ts"
import { bindingFindings } from "../binding-findings.ts"
import { hostFindings } from "../host-findings.ts"
import type { OperationContext } from "../operation.ts"
import { isReserved, resolveTable } from "../table-name.ts"
import { refusal } from "../table-findings.ts"
import { checkFindings } from "./check-findings.ts"
import { foreignKeyFindings } from "./foreign-key-findings.ts"
import type { CreateConstraintInput } from "./input.ts"
import { keyFindings } from "./key-findings.ts"
import { mendingFindings } from "./mending-findings.ts"
import { resolveConstraint } from "./resolved.ts"

/** Everything that can be said about a `create_constraint` before the database is asked. */
export function checkCreateConstraint(
  input: CreateConstraintInput,
  before: Catalog,
  context: OperationContext,
): readonly Finding[] {
  const relation = resolveTable(input.table, context)
  const blocked = hostFindings(relation, before)
  const table = findTable(before, relation)
  if (!table) return blocked
  const subject = `${displayName(relation)}: ${input.name}`
  const found = [
    ...blocked,
    ...nameFindings(input.name, table, before, subject),
    ...mendingFindings(input, subject),
    ...typeFindings(input, table, before, context, subject),
  ]
  if (hasErrors(found)) return found
  const { uses, pending, kind } = resolveConstraint(input, before, context)
  const from =
    kind === "check" || kind === "foreign key" ? "from its first instant" : "while its index is being built already"
  return [...found, ...bindingFindings(uses, pending, from, subject)]
}

function typeFindings(
  input: CreateConstraintInput,
  table: Table,
  catalog: Catalog,
  context: OperationContext,
  subject: string,
): readonly Finding[] {
  switch (input.type) {
    case "check":
      return checkFindings(input, table, catalog, subject)
    case "unique":
    case "primary_key":
      return keyFindings(input, table, catalog, subject)
    case "foreign_key":
      return foreignKeyFindings(input, table, catalog, context, subject)
  }
}

/** The name must be free in the partitions too, which get the constraint under the same one. */
function nameFindings(name: string, table: Table, catalog: Catalog, subject: string): readonly Finding[] {
  const findings: Finding[] = []
  if (isReserved(name))
    findings.push(
      refusal("RESERVED_NAME", subject, "Names that begin with _sluice are Sluice's own", "Choose another name."),
    )
  const holder = [table, ...partitionsOf(table, catalog)].find(({ constraints }) =>
    constraints.some((constraint) => constraint.name === name),
  )
  if (holder)
    findings.push(
      refusal(
        "CONSTRAINT_EXISTS",
        subject,
        `${displayName(holder)} has a constraint of that name already`,
        "Choose another name.",
      ),
    )
  return findings
}
