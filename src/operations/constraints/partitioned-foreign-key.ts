import type { Phase } from "../../domain/phase.ts"
import { displayName } from "../../domain/relation.ts"
import type { RelationName } from "../../domain/relation.ts"
import type { SqlStep } from "../../domain/step.ts"
import { ident, qualified, sql } from "../../sql/sql.ts"
import { constraintWhere, observation } from "../observe.ts"
import { sqlStep } from "../sql-step.ts"
import { needed, validatedSteps } from "./validated-steps.ts"
import type { ValidatedConstraint } from "./validated-steps.ts"

/**
 * A foreign key of a partitioned table: each partition gets it NOT VALID and has it validated, under locks that stop
 * nobody; added to the parent then, it takes the partitions' own for its parts and reads no row. A partition that
 * somebody adds meanwhile is read in that moment.
 */
export function partitionedForeignKeySteps(
  constraint: ValidatedConstraint,
  leaves: readonly RelationName[],
  phase: Phase,
  id: string,
): readonly SqlStep[] {
  const ofLeaves = leaves.flatMap(({ schema, name }) =>
    // Else that of the parent would read their rows under its lock.
    needed(validatedSteps({ ...constraint, relation: { schema, name } }, phase, `${id}/${name}`)),
  )
  return [...ofLeaves, parentStep(constraint, phase, `${id}/attach`)]
}

function parentStep(constraint: ValidatedConstraint, phase: Phase, id: string): SqlStep {
  const { relation, name, definition, target, matches } = constraint
  const table = qualified(relation)
  return sqlStep({
    id,
    phase,
    summary: `Make the foreign keys of its partitions foreign key ${name} of ${displayName(relation)}`,
    sql: sql`ALTER TABLE ${table} ADD CONSTRAINT ${ident(name)} ${definition};`,
    // The partitions' foreign keys go with it; their steps find nothing left to undo then.
    undo: sql`ALTER TABLE IF EXISTS ${table} DROP CONSTRAINT IF EXISTS ${ident(name)};`,
    undoLocks: { lock: "AccessExclusive", relations: target ? [relation, target] : [relation] },
    observe: observation({
      after: constraintWhere(relation, name, matches ?? sql`o.contype = 'f'`),
      before: sql`NOT ${constraintWhere(relation, name, sql`TRUE`)}`,
    }),
    lock: "ShareRowExclusive",
    needs: [{ kind: "own", relation }, ...(target ? [{ kind: "references" as const, relation: target }] : [])],
    relations: target ? [relation, target] : [relation],
  })
}
