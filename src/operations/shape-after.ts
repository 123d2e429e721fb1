import { findColumn, findTable } from "../catalog/model.ts"
import type { RelationName } from "../domain/relation.ts"
import { ident, sql, trusted } from "../sql/sql.ts"
import type { Sql } from "../sql/sql.ts"
import type { PlanContext } from "./operation.ts"

/**
 * How a column of the shape after the plan is written in a question to the table as it is before it: where the plan
 * adds the column, a NULL of its type stands for it.
 */
export function columnAfter(relation: RelationName, { before, after }: PlanContext): (name: string) => Sql {
  const [old, fresh] = [findTable(before, relation), findTable(after, relation)]
  return (name) => {
    const column = fresh && findColumn(fresh, name)
    // The type is PostgreSQL's own words.
    return !column || (old && findColumn(old, name)) ? ident(name) : sql`(NULL::${trusted(column.type)})`
  }
}
