import type { Phase } from "../../domain/phase.ts"
import { displayName } from "../../domain/relation.ts"
import type { SqlStep } from "../../domain/step.ts"
import { qualified, sql } from "../../sql/sql.ts"
import { indexWhere, observation, relationOid } from "../observe.ts"
import { sqlStep } from "../sql-step.ts"
import { createIndexSql } from "./definition.ts"
import { indexMatches } from "./matches.ts"
import type { IndexSpec } from "./spec.ts"

/**
 * Builds an index without a lock that stops writers. A broken build leaves an invalid index behind, which costs every
 * write and serves no one: the attempt that failed drops it, else it is seen as such, dropped, and built again. What else
 * bears the name is left alone.
 */
export function concurrentIndexStep(index: IndexSpec, phase: Phase, id: string): SqlStep {
  const { relation, name, unique } = index
  const relationOfIndex = { schema: relation.schema, name }
  const drop = sql`DROP INDEX CONCURRENTLY IF EXISTS ${qualified(relationOfIndex)}`
  const matches = indexMatches(index)
  const isValid = sql`x.indisvalid AND x.indisready AND x.indislive`
  return sqlStep({
    id,
    phase,
    summary: `Build ${unique ? "unique " : ""}index ${name} on ${displayName(relation)} (${keyWords(index)}) concurrently`,
    sql: createIndexSql(index, "concurrently"),
    undo: drop,
    observe: observation({
      after: indexWhere(relation, name, sql`${isValid} AND ${matches}`),
      before: sql`${relationOid(relationOfIndex)} IS NULL`,
      partial: indexWhere(relation, name, sql`NOT (${isValid}) AND ${matches}`),
    }),
    repair: drop,
    // A unique index is a promise; any other only makes something faster.
    skippable: !unique,
    transactional: false,
    lock: "ShareUpdateExclusive",
    needs: [
      { kind: "own", relation },
      { kind: "create-in-schema", schema: relation.schema },
    ],
    relations: [relation],
  })
}

/** What the index is over, for people: `tenant, lower(email)`. */
export function keyWords({ elements }: Pick<IndexSpec, "elements">): string {
  const words = elements.map(({ key }) => ("column" in key ? key.column : key.expression))
  return words.join(", ").replaceAll(/\s+/g, " ")
}
