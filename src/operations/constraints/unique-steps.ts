import type { Capability } from "../../domain/capability.ts"
import type { Phase } from "../../domain/phase.ts"
import { displayName } from "../../domain/relation.ts"
import type { RelationName } from "../../domain/relation.ts"
import type { SqlStep } from "../../domain/step.ts"
import { ident, join, qualified, sql } from "../../sql/sql.ts"
import { constraintWhere, indexWhere, observation, relationOid } from "../observe.ts"
import { sqlStep } from "../sql-step.ts"

/**
 * A unique constraint without a lock that stops writers: its index is built CONCURRENTLY, then taken over. Already
 * while the index is being built, a duplicate is refused.
 */
export function uniqueSteps(
  {
    relation,
    name,
    columns,
  }: { readonly relation: RelationName; readonly name: string; readonly columns: readonly string[] },
  phase: Phase,
  idPrefix: string,
): readonly SqlStep[] {
  const table = qualified(relation)
  const index = { schema: relation.schema, name }
  const needs: readonly Capability[] = [
    { kind: "own", relation },
    { kind: "create-in-schema", schema: relation.schema },
  ]
  const dropIndex = sql`DROP INDEX CONCURRENTLY IF EXISTS ${qualified(index)}`
  const isConstraint = constraintWhere(relation, name, sql`o.contype = 'u'`)
  const isValid = indexWhere(relation, name, sql`x.indisunique AND x.indisvalid`)
  return [
    sqlStep({
      id: `${idPrefix}/index`,
      phase,
      summary: `Build unique index ${name} on ${displayName(relation)} (${columns.join(", ")}) concurrently`,
      sql: sql`CREATE UNIQUE INDEX CONCURRENTLY ${ident(name)} ON ${table} (${join(columns.map(ident))})`,
      undo: dropIndex,
      observe: observation({
        after: isValid,
        before: sql`${relationOid(index)} IS NULL`,
        // What a broken build leaves behind: it costs every write and serves no one.
        partial: indexWhere(relation, name, sql`NOT x.indisvalid`),
      }),
      repair: dropIndex,
      transactional: false,
      lock: "ShareUpdateExclusive",
      needs,
      relations: [relation],
    }),
    sqlStep({
      id: `${idPrefix}/constraint`,
      phase,
      summary: `Make index ${name} the unique constraint of ${displayName(relation)} (${columns.join(", ")})`,
      sql: sql`ALTER TABLE ${table} ADD CONSTRAINT ${ident(name)} UNIQUE USING INDEX ${ident(name)};`,
      // The index goes with its constraint; the step before finds nothing left to undo then.
      undo: sql`ALTER TABLE IF EXISTS ${table} DROP CONSTRAINT IF EXISTS ${ident(name)};`,
      observe: observation({
        after: isConstraint,
        before: sql`NOT ${constraintWhere(relation, name, sql`TRUE`)}`,
      }),
      lock: "AccessExclusive",
      needs,
      relations: [relation],
    }),
  ]
}
