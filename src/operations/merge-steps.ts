import type { LockMode } from "../domain/lock.ts"
import { lockModes } from "../domain/lock.ts"
import type { RelationName } from "../domain/relation.ts"
import type { SqlStep } from "../domain/step.ts"
import { canonicalJson } from "../domain/canonical.ts"
import { join, sql } from "../sql/sql.ts"
import type { Sql } from "../sql/sql.ts"
import { sqlStep } from "./sql-step.ts"

/** What an `observe` says whose step leaves nothing in the catalog that it could look for (raw SQL). */
const alwaysBefore = "SELECT 'before'"

/**
 * Several steps as one, done in one transaction: what they do in their order, what undoes them in the opposite one.
 * It is done when all of them are; those of which the catalog tells nothing are left out of the question.
 */
export function mergeSteps(head: Pick<SqlStep, "id" | "phase" | "summary">, parts: readonly SqlStep[]): SqlStep {
  const undos = parts.toReversed().map(({ undo }) => undo)
  const undoDemands = parts.flatMap((part) => part.undoDemands ?? [])
  const locks = parts.map(({ lock }) => lockModes.indexOf(lock))
  return sqlStep({
    ...head,
    sql: join(
      parts.map((part) => part.sql),
      "\n",
    ),
    // Half a way back is none.
    undo: undos.every((undo) => undo !== null) ? join(undos, "\n") : null,
    observe: observeAll(parts.map(({ observe }) => observe).filter((observe) => observe !== alwaysBefore)),
    lock: lockModes[Math.max(...locks)] ?? strongest,
    rewritesTable: parts.some(({ rewritesTable }) => rewritesTable),
    losesData: parts.some(({ losesData }) => losesData),
    endsOldShape: parts.some(({ endsOldShape }) => endsOldShape),
    ...(undoDemands.length > 0 && { undoDemands }),
    needs: distinct(parts.flatMap(({ needs }) => needs)),
    relations: distinctRelations(parts.flatMap(({ relations }) => relations)),
  })
}

const strongest: LockMode = "AccessExclusive"

function observeAll(observes: readonly Sql[]): Sql {
  if (observes.length === 0) return sql`SELECT 'before'`
  const all = (answer: Sql): Sql =>
    join(
      observes.map((observe) => sql`(${observe}) = ${answer}`),
      "\n    AND ",
    )
  return sql`SELECT CASE
  WHEN ${all(sql`'after'`)} THEN 'after'
  WHEN ${all(sql`'before'`)} THEN 'before'
  ELSE 'other'
END AS observation`
}

function distinct<T>(values: readonly T[]): readonly T[] {
  return [...new Map(values.map((value) => [canonicalJson(value), value])).values()]
}

/** Each relation once, in the order of their names: whoever locks several then takes them in the same order. */
export function distinctRelations(relations: readonly RelationName[]): readonly RelationName[] {
  const names = relations.map(({ schema, name }): RelationName => ({ schema, name }))
  return distinct(names).toSorted((a, b) => compare(a.schema, b.schema) || compare(a.name, b.name))
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
