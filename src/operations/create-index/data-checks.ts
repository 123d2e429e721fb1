import type { DataCheck, ExpressionCheck } from "../../domain/plan.ts"
import { bindColumns } from "../../sql/parser.ts"
import { qualified, sql } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"
import { beforePlan, standIn, valueIn } from "../before-plan.ts"
import type { IndexElement } from "../indexes/spec.ts"
import { duplicateRows } from "../offending-rows.ts"
import { isPendingTable, isProvable } from "../pending.ts"
import type { Bind } from "../sync/group-direction.ts"
import { walkOf } from "../sync/walk-key.ts"
import type { CreateIndex } from "./resolved.ts"

/** Rows that a unique index would refuse. */
export function createIndexDataChecks({ table, index, use, pending, subject }: CreateIndex): readonly DataCheck[] {
  const { relation, unique, elements, predicate, nullsNotDistinct } = index
  if (!unique || isPendingTable(relation, pending) || !isProvable([use], pending)) return []
  const walk = walkOf(beforePlan(table, pending))
  const value = valueIn(sql`t`, relation, pending)
  const values = elements.map((element) => elementValue(element, value))
  const among = predicate === null ? {} : { among: sql`(${bindColumns(predicate, value)})` }
  return [
    {
      code: "DUPLICATE_VALUES",
      relation,
      message: `${subject}: these rows would hold the same values in the unique index`,
      hint: "Change or remove the rows, or leave them out by a predicate.",
      sql: duplicateRows(walk, values, { nullsNotDistinct, ...among }),
    },
  ]
}

function elementValue({ key, collation }: IndexElement, value: Bind): Sql {
  const plain = "column" in key ? value(key.column) : sql`(${bindColumns(key.expression, value)})`
  return collation ? sql`${plain} COLLATE ${qualified(collation)}` : plain
}

/** What PostgreSQL itself has to accept: expressions, collations, and that a type has an order where one is needed. */
export function createIndexExpressionChecks({
  table,
  index,
  pending,
  subject,
}: CreateIndex): readonly ExpressionCheck[] {
  const { relation, bind } = standIn(table, pending)
  const keys = index.elements.map((element): ExpressionCheck => {
    const value = elementValue(element, bind)
    const words = "column" in element.key ? element.key.column : element.key.expression
    // LEAST looks for the same order as a btree index does.
    const isSorted = index.method === "btree" && element.opclass === null
    return {
      relation,
      subject: `${subject}: ${words}`,
      expression: isSorted ? sql`LEAST(${value}, ${value}) IS NULL` : sql`(${value}) IS NULL`,
      type: "boolean",
    }
  })
  if (index.predicate === null) return keys
  // IS TRUE takes nothing but a boolean, as a condition has to be.
  const predicate = sql`(${bindColumns(index.predicate, bind)}) IS TRUE`
  return [...keys, { relation, subject: `${subject}: predicate`, expression: predicate, type: "boolean" }]
}
