import type { Phase } from "../domain/phase.ts"
import { displayName } from "../domain/relation.ts"
import type { RelationName } from "../domain/relation.ts"
import type { SqlStep } from "../domain/step.ts"
import { ident, literal, qualified, sql } from "../sql/sql.ts"
import { columnComment, observation } from "./observe.ts"
import { sqlStep } from "./sql-step.ts"

/** The comment on a column that the plan has added. */
export function columnCommentStep(
  relation: RelationName,
  column: string,
  comment: string,
  phase: Phase,
  id: string,
): SqlStep {
  const target = sql`${qualified(relation)}.${ident(column)}`
  const current = columnComment(relation, column)
  return sqlStep({
    id,
    phase,
    summary: `Comment on ${displayName(relation)}.${column}`,
    sql: sql`COMMENT ON COLUMN ${target} IS ${literal(comment)};`,
    undo: sql`COMMENT ON COLUMN ${target} IS NULL;`,
    observe: observation({ after: sql`${current} = ${literal(comment)}`, before: sql`${current} IS NULL` }),
    skippable: true,
    lock: "ShareUpdateExclusive",
    needs: [{ kind: "own", relation }],
    relations: [relation],
  })
}
