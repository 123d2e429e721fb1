import type { DataCheck } from "../../domain/plan.ts"
import { displayName } from "../../domain/relation.ts"
import { bindColumns } from "../../sql/parser.ts"
import { join, none, qualified, sql } from "../../sql/sql.ts"
import { beforePlan, valueIn } from "../before-plan.ts"
import { duplicateRows, rowsWhere, rowsWithoutParent } from "../offending-rows.ts"
import { isPendingTable, isProvable, pendingAmong } from "../pending.ts"
import { walkOf } from "../sync/walk-key.ts"
import { hasOwnEquality } from "./foreign-key-types.ts"
import type { NewCheck, NewConstraint, NewForeignKey, NewKey } from "./resolved.ts"

type Found = Pick<DataCheck, "code" | "message" | "hint" | "sql">

/** Rows that the constraint would refuse, each listed by its key. */
export function constraintDataChecks(constraint: NewConstraint): readonly DataCheck[] {
  const { relation, uses, pending, subject } = constraint
  if (isPendingTable(relation, pending) || !isProvable(uses, pending)) return []
  return offending(constraint).map((found) => ({ ...found, relation, message: `${subject}: ${found.message}` }))
}

function offending(constraint: NewConstraint): readonly Found[] {
  switch (constraint.kind) {
    case "check":
      return [violated(constraint)]
    case "foreign key":
      return missing(constraint)
    case "unique":
    case "primary key":
      return unfit(constraint)
  }
}

function violated({ table, condition, relation, pending }: NewCheck): Found {
  const value = valueIn(sql`t`, relation, pending)
  return {
    code: "CHECK_VIOLATED",
    message: "these rows would violate the check",
    hint: "Change the rows first, or weaken the check.",
    sql: rowsWhere(walkOf(beforePlan(table, pending)), sql`(${bindColumns(condition, value)}) IS FALSE`),
  }
}

function unfit({ table, kind, key, relation, pending }: NewKey): readonly Found[] {
  const walk = walkOf(beforePlan(table, pending))
  const values = key.columns.map(valueIn(sql`t`, relation, pending))
  const duplicates: Found = {
    code: "DUPLICATE_VALUES",
    message: `other rows hold the same values as these, which the ${kind === "unique" ? "unique constraint" : kind} will not allow`,
    hint: "Change or remove the rows first.",
    sql: duplicateRows(walk, values, { nullsNotDistinct: key.nullsNotDistinct === true }),
  }
  if (kind === "unique") return [duplicates]
  const nulls: Found = {
    code: "VALUE_IS_NULL",
    message: "these rows would hold NULL in the primary key",
    hint: "Give them a value first, or make it a unique constraint.",
    sql: rowsWhere(walk, sql`num_nulls(${join(values)}) > 0`),
  }
  return [nulls, duplicates]
}

/** Nothing is missing where a column will be NULL in all rows and MATCH FULL doesn't ask for the others. */
function missing(constraint: NewForeignKey): readonly Found[] {
  const { table, relation, columns, target, targetTable, pending, input } = constraint
  const { references } = input
  const full = references.match_type === "FULL"
  const isEmpty = pendingAmong([{ relation, columns }], pending).some(({ value }) => value === null)
  if (isEmpty && !(full && columns.length > 1)) return []
  const parent = sql`parent`
  const only = targetTable.partitioning === "parent" ? none : sql`ONLY `
  const found = rowsWithoutParent(walkOf(beforePlan(table, pending)), columns.map(valueIn(sql`t`, relation, pending)), {
    table: sql`${only}${qualified(target)}`,
    values: references.columns.map(valueIn(parent, target, pending)),
    ownEquality: hasOwnEquality(constraint),
    full,
  })
  return [
    {
      code: "REFERENCED_ROW_MISSING",
      message: `these rows would point to no row of ${displayName(target)}`,
      hint: "Add the missing rows, or change those that point to them.",
      sql: found,
    },
  ]
}
