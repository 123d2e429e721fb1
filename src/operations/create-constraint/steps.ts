import { findColumn } from "../../catalog/model.ts"
import type { Catalog } from "../../catalog/model.ts"
import { leavesOf } from "../../catalog/partitions.ts"
import type { SqlStep } from "../../domain/step.ts"
import { checkMatches, foreignKeyMatches } from "../constraints/matches.ts"
import { notNullSteps } from "../constraints/not-null-steps.ts"
import { partitionedForeignKeySteps } from "../constraints/partitioned-foreign-key.ts"
import { uniqueSteps } from "../constraints/unique-steps.ts"
import { validatedSteps } from "../constraints/validated-steps.ts"
import type { ValidatedConstraint } from "../constraints/validated-steps.ts"
import type { NewCheck, NewConstraint, NewForeignKey, NewKey } from "./resolved.ts"

/** None of them reads the table under a lock that stops writers. */
export function createConstraintSteps(constraint: NewConstraint, before: Catalog): readonly SqlStep[] {
  switch (constraint.kind) {
    case "check":
      return checkSteps(constraint)
    case "foreign key":
      return foreignKeySteps(constraint, before)
    case "unique":
    case "primary key":
      return keySteps(constraint)
  }
}

function checkSteps({ relation, name, definition, columns, noInherit, phase, id }: NewCheck): readonly SqlStep[] {
  const matches = checkMatches(columns, noInherit)
  return validatedSteps({ relation, name, kind: "check", definition, target: null, matches }, phase, id)
}

function keySteps({ kind, key, table, phase, id }: NewKey): readonly SqlStep[] {
  const nullable = kind === "primary key" ? key.columns.filter((name) => findColumn(table, name)?.notNull !== true) : []
  return [
    ...nullable.flatMap((column) => notNullSteps(key.relation, column, phase, `${id}/not-null-${column}`)),
    ...uniqueSteps(key, phase, id),
  ]
}

/** Before 18, PostgreSQL takes no NOT VALID foreign key of a partitioned table. */
function foreignKeySteps(constraint: NewForeignKey, before: Catalog): readonly SqlStep[] {
  const { relation, name, definition, target, columns, table, phase, id, input } = constraint
  const { references } = input
  const matches = foreignKeyMatches({ ...input, ...references, columns, target, targetColumns: references.columns })
  const foreignKey: ValidatedConstraint = { relation, name, kind: "foreign key", definition, target, matches }
  if (table.partitioning !== "parent" || before.serverMajor >= 18) return validatedSteps(foreignKey, phase, id)
  return partitionedForeignKeySteps(foreignKey, leavesOf(relation, before), phase, id)
}
