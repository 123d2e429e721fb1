import type { Catalog, Table } from "../../catalog/model.ts"
import type { Finding } from "../../domain/finding.ts"
import { displayName } from "../../domain/relation.ts"
import type { ReferenceInput } from "../column-definition.ts"
import { keyReferenceFindings } from "../constraints/reference-findings.ts"
import type { OperationContext } from "../operation.ts"
import { isReserved, resolveTable } from "../table-name.ts"
import { refusal } from "../table-findings.ts"
import type { AddColumnInput } from "./input.ts"

/** What is wrong with the constraints that come with a column. */
export function constraintFindings(
  { column }: AddColumnInput,
  table: Table,
  catalog: Catalog,
  context: OperationContext,
  subject: string,
): readonly Finding[] {
  const findings: Finding[] = []
  if (column.unique === true && table.partitioning === "parent")
    findings.push(
      refusal(
        "UNIQUE_ON_PARTITIONED",
        subject,
        "A unique constraint of a partitioned table must include the partition key",
        "Add the column without `unique`; make keys per partition.",
      ),
    )
  if (column.references) {
    findings.push(...referenceFindings(column.references, catalog, context, subject))
    if (table.partitioning === "parent" && catalog.serverMajor < 18)
      findings.push(
        refusal(
          "FOREIGN_KEY_ON_PARTITIONED",
          subject,
          "Before PostgreSQL 18 a foreign key of a partitioned table can't be added without reading it under lock",
          "Add the column without `references`, and the foreign key by create_constraint.",
        ),
      )
  }
  const names = [column.check?.name, column.references?.name].filter((name) => name !== undefined)
  for (const name of names) {
    if (table.constraints.some((constraint) => constraint.name === name))
      findings.push(
        refusal(
          "CONSTRAINT_EXISTS",
          `${displayName(table)}: ${name}`,
          "The table has a constraint of that name already",
          "Choose another name.",
        ),
      )
    if (isReserved(name))
      findings.push(
        refusal("RESERVED_NAME", name, "Names that begin with _sluice are Sluice's own", "Choose another name."),
      )
  }
  if (names.length === 2 && names[0] === names[1])
    findings.push(
      refusal(
        "CONSTRAINT_EXISTS",
        `${displayName(table)}: ${names[0]}`,
        "Two constraints of this column have the same name",
        "Choose another name.",
      ),
    )
  return findings
}

/** The table and column that a foreign key points to: they have to be there, and to be a key. */
export function referenceFindings(
  reference: ReferenceInput,
  catalog: Catalog,
  context: OperationContext,
  subject: string,
): readonly Finding[] {
  return keyReferenceFindings(resolveTable(reference.table, context), [reference.column], 1, catalog, subject)
}
