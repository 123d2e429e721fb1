import { RefusedError } from "../domain/errors.ts"
import { firstFew } from "../domain/first-few.ts"
import { isAfter } from "../domain/phase.ts"
import { displayName, isSameRelation, type RelationName } from "../domain/relation.ts"
import type { Step } from "../domain/step.ts"
import type { Session } from "../postgres/session.ts"
import { join, literal, qualified, sql } from "../sql/sql.ts"
import type { Direction } from "./journal-rows.ts"
import type { TargetRun } from "./target-run.ts"

/**
 * A plan refuses tables that others inherit from (by INHERITS, not as partitions), and one may be made while the run
 * waits. Triggers don't reach its rows, no comparison reads them, and what drops a column drops theirs with it. Throws
 * RefusedError INHERITED_TABLE for the relations of the plan that the step works on. An abort before contract is let
 * through: it gives back what there was.
 */
export async function demandNoHeirs(
  session: Session,
  { run, plan }: TargetRun,
  step: Step,
  direction: Direction,
): Promise<void> {
  if (direction === "undo" && isAfter("contract", step.phase)) return
  const relations = step.relations.filter((relation) => plan.relations.some((own) => isSameRelation(own, relation)))
  const [first, ...others] = await heirsOf(session, relations)
  if (!first) return
  const { table, heir } = first
  throw new RefusedError({
    code: "INHERITED_TABLE",
    subject: displayName(table),
    message: `tables inherit from it since the plan was made (${firstFew(
      [first, ...others].map((one) => one.heir),
      5,
    )}), and its triggers don't reach their rows`,
    hint: `End the inheritance (\`ALTER TABLE ${heir} NO INHERIT ${qualified(table)};\`), then \`sluice retry ${run}\`. What was written to their rows meanwhile: docs/dual-write.md.`,
  })
}

interface Heir {
  readonly table: RelationName
  /** As SQL names it. */
  readonly heir: string
}

async function heirsOf(session: Session, relations: readonly RelationName[]): Promise<readonly Heir[]> {
  if (relations.length === 0) return []
  const named = relations.map(({ schema, name }) => sql`(${literal(schema)}, ${literal(name)})`)
  const rows = await session.ask<RelationName & { heir: string }>(
    sql`SELECT n.nspname AS schema, c.relname AS name, i.inhrelid::regclass::text AS heir
       FROM (VALUES ${join(named)}) AS wanted (schema, name)
       JOIN pg_namespace AS n ON n.nspname = wanted.schema
       JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = wanted.name
       JOIN pg_inherits AS i ON i.inhparent = c.oid
      WHERE c.relkind = 'r' -- a partitioned table's partitions are reached
      ORDER BY 1, 2, 3`,
  )
  return rows.map(({ heir, ...table }) => ({ table, heir }))
}
