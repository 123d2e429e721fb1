import { displayName } from "../../domain/relation.ts"
import type { RelationName } from "../../domain/relation.ts"
import type { SqlStep } from "../../domain/step.ts"
import { ident, qualified, sql } from "../../sql/sql.ts"
import { columnExists, observation } from "../observe.ts"
import { sqlStep } from "../sql-step.ts"

/** Drops a hidden column for good, as a part of the one purge step. */
export function dropHiddenStep(relation: RelationName, column: string, hidden: string, id: string): SqlStep {
  return sqlStep({
    id,
    phase: "purge",
    summary: `Drop ${displayName(relation)}.${column}, hidden as ${hidden}`,
    sql: sql`ALTER TABLE ${qualified(relation)} DROP COLUMN ${ident(hidden)};`,
    undo: null,
    observe: observation({
      after: sql`NOT ${columnExists(relation, hidden)}`,
      before: columnExists(relation, hidden),
    }),
    lock: "AccessExclusive",
    losesData: true,
    needs: [{ kind: "own", relation }],
    relations: [relation],
  })
}
