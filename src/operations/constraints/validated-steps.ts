import type { Capability } from "../../domain/capability.ts"
import type { LockMode } from "../../domain/lock.ts"
import type { Phase } from "../../domain/phase.ts"
import { displayName } from "../../domain/relation.ts"
import type { RelationName } from "../../domain/relation.ts"
import type { SqlStep } from "../../domain/step.ts"
import { ident, qualified, sql } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"
import { constraintWhere, observation } from "../observe.ts"
import { sqlStep } from "../sql-step.ts"

/** A check or foreign key that comes in two steps. */
export interface ValidatedConstraint {
  readonly relation: RelationName
  readonly name: string
  readonly kind: "check" | "foreign key"
  /** As it follows `ADD CONSTRAINT name`. */
  readonly definition: Sql
  /** For a foreign key, the table that it points to. */
  readonly target: RelationName | null
  /** A condition on `o` (pg_constraint) that it is this one; absent: its kind alone tells. */
  readonly matches?: Sql
}

/**
 * Adds a check or foreign key NOT VALID (it binds new rows from then on), then validates it: reading the whole table
 * happens under a lock that stops no application.
 */
export function validatedSteps(constraint: ValidatedConstraint, phase: Phase, idPrefix: string): readonly SqlStep[] {
  const { relation, name, kind, target } = constraint
  const table = qualified(relation)
  const matches = constraint.matches ?? (kind === "check" ? sql`o.contype = 'c'` : sql`o.contype = 'f'`)
  const exists = constraintWhere(relation, name, sql`TRUE`)
  const isAdded = constraintWhere(relation, name, matches)
  const isValidated = constraintWhere(relation, name, sql`${matches} AND o.convalidated`)
  const isUnvalidated = constraintWhere(relation, name, sql`${matches} AND NOT o.convalidated`)
  const drop = sql`ALTER TABLE IF EXISTS ${table} DROP CONSTRAINT IF EXISTS ${ident(name)};`
  const lock: LockMode = kind === "check" ? "AccessExclusive" : "ShareRowExclusive"
  // To drop one, PostgreSQL stops everybody on both tables, and readers too.
  const both = target ? [relation, target] : [relation]
  const undoLocks = { lock: "AccessExclusive", relations: both } as const
  const needs: readonly Capability[] = [
    { kind: "own", relation },
    ...(target ? [{ kind: "references" as const, relation: target }] : []),
  ]
  const subject = `${kind} ${name} of ${displayName(relation)}`
  return [
    sqlStep({
      id: `${idPrefix}/add`,
      phase,
      summary: `Add ${subject}, not validated yet`,
      sql: sql`ALTER TABLE ${table} ADD CONSTRAINT ${ident(name)} ${constraint.definition} NOT VALID;`,
      undo: drop,
      undoLocks,
      observe: observation({ after: isAdded, before: sql`NOT ${exists}` }),
      lock,
      needs,
      relations: both,
    }),
    sqlStep({
      id: `${idPrefix}/validate`,
      phase,
      summary: `Validate ${subject}`,
      sql: sql`ALTER TABLE ${table} VALIDATE CONSTRAINT ${ident(name)};`,
      // A constraint can't be made unvalidated again; the step before finds nothing left to undo then.
      undo: drop,
      undoLocks,
      observe: observation({ after: isValidated, before: sql`${isUnvalidated} OR NOT ${exists}` }),
      // New rows are bound by it all the same.
      skippable: true,
      lock: "ShareUpdateExclusive",
      needs,
      relations: [relation],
    }),
  ]
}

/** The same where something later rests on the validation, so that it can't be left out. */
export function needed(steps: readonly SqlStep[]): readonly SqlStep[] {
  return steps.map((step) => ({ ...step, skippable: false }))
}
