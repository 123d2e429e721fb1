import { isSameRelation } from "../domain/relation.ts"
import { findColumn, findTable } from "../catalog/model.ts"
import type { RelationName } from "../domain/relation.ts"
import { bindColumns, parseExpression } from "../sql/parser.ts"
import { ident, sql, trusted } from "../sql/sql.ts"
import type { Sql } from "../sql/sql.ts"
import type { PlanContext } from "./operation.ts"

/** Where a column of the shape after the plan lies until contract: under its own name unless an operation says so. */
export function physicalColumn(relation: RelationName, name: string, { shown }: PlanContext): string {
  const found = shown.find((column) => column.name === name && isSameRelation(column.relation, relation))
  return found?.physical ?? name
}

/** An expression over the shape after the plan, as it has to be written until contract. */
export function downOf(
  text: string,
  relation: RelationName,
  context: PlanContext,
): { readonly text: Sql; readonly columns: readonly string[] } {
  const physical = (name: string): string => physicalColumn(relation, name, context)
  const parsed = parseExpression(text)
  if (parsed.columns.every((name) => physical(name) === name)) return parsed
  return {
    text: bindColumns(text, (name) => ident(physical(name))),
    columns: [...new Set(parsed.columns.map(physical))],
  }
}

/**
 * How a column of the shape after the plan is written in a question to the table as it is before it: where the plan
 * adds the column, a NULL of its type stands for it.
 */
export function columnAfter(relation: RelationName, context: PlanContext): (name: string) => Sql {
  const [old, fresh] = [findTable(context.before, relation), findTable(context.after, relation)]
  return (name) => {
    const physical = physicalColumn(relation, name, context)
    const column = fresh && findColumn(fresh, name)
    // The type is PostgreSQL's own words.
    return !column || (old && findColumn(old, physical)) ? ident(physical) : sql`(NULL::${trusted(column.type)})`
  }
}
