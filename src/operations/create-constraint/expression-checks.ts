import type { ExpressionCheck } from "../../domain/plan.ts"
import { bindColumns } from "../../sql/parser.ts"
import { sql } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"
import { standIn } from "../before-plan.ts"
import type { Bind } from "../sync/group-direction.ts"
import { comparedTypes, hasOwnEquality } from "./foreign-key-types.ts"
import type { NewConstraint } from "./resolved.ts"

/** What PostgreSQL itself has to accept. */
export function constraintExpressionChecks(constraint: NewConstraint): readonly ExpressionCheck[] {
  const { table, pending, subject } = constraint
  const { relation, bind } = standIn(table, pending)
  return expressionsOf(constraint, bind).map(([what, expression]) => ({
    relation,
    subject: `${subject}: ${what}`,
    expression,
    type: "boolean",
  }))
}

function expressionsOf(constraint: NewConstraint, bind: Bind): readonly (readonly [string, Sql])[] {
  switch (constraint.kind) {
    case "check":
      // IS TRUE takes nothing but a boolean, as a check does.
      return [["check", sql`(${bindColumns(constraint.condition, bind)}) IS TRUE`]]
    case "unique":
    case "primary key":
      // LEAST looks for the same order as the constraint's index does.
      return constraint.key.columns.map((name) => [name, sql`LEAST(${bind(name)}, ${bind(name)}) IS NULL`])
    case "foreign key": {
      if (!hasOwnEquality(constraint)) return []
      const types = comparedTypes(constraint).map(([own, other]) => sql`NULL::${other} = NULL::${own}`)
      return types.map((comparison, index) => [constraint.columns[index] ?? "", comparison])
    }
  }
}
