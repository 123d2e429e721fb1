import type { Phase } from "../../domain/phase.ts"
import type { RelationName } from "../../domain/relation.ts"
import { displayName } from "../../domain/relation.ts"
import type { SqlStep } from "../../domain/step.ts"
import { ident, qualified, sql } from "../../sql/sql.ts"
import { fittingName, reservedPrefix } from "../names.ts"
import { columnExists, columnWhere, constraintWhere, observation } from "../observe.ts"
import { sqlStep } from "../sql-step.ts"

/**
 * NOT NULL without reading the table under a lock that stops writers: a check that isn't validated yet binds new rows,
 * its validation reads the old ones under a weak lock, and SET NOT NULL then takes the validated check as its proof.
 * For columns that are filled. `shown`: what people know the column by.
 */
export function notNullSteps(
  relation: RelationName,
  column: string,
  phase: Phase,
  idPrefix: string,
  shown = column,
): readonly SqlStep[] {
  const table = qualified(relation)
  const check = fittingName(`${reservedPrefix}_not_null_${column}`)
  const subject = `${displayName(relation)}.${shown}`
  const isValidated = constraintWhere(relation, check, sql`o.convalidated`)
  const hasCheck = constraintWhere(relation, check, sql`TRUE`)
  const isNotNull = columnWhere(relation, column, sql`a.attnotnull`)
  const needs = [{ kind: "own", relation }] as const
  return [
    sqlStep({
      id: `${idPrefix}/check`,
      phase,
      summary: `Refuse NULL in new values of ${subject} (check, not validated)`,
      sql: sql`ALTER TABLE ${table} ADD CONSTRAINT ${ident(check)} CHECK (${ident(column)} IS NOT NULL) NOT VALID;`,
      undo: sql`ALTER TABLE IF EXISTS ${table} DROP CONSTRAINT IF EXISTS ${ident(check)};`,
      observe: observation({ after: hasCheck, before: sql`NOT ${hasCheck}` }),
      lock: "AccessExclusive",
      needs,
      relations: [relation],
    }),
    sqlStep({
      id: `${idPrefix}/validate`,
      phase,
      summary: `Validate that no value of ${subject} is NULL`,
      sql: sql`ALTER TABLE ${table} VALIDATE CONSTRAINT ${ident(check)};`,
      // A constraint can't be made unvalidated again; the step before finds nothing left to undo then.
      undo: sql`ALTER TABLE IF EXISTS ${table} DROP CONSTRAINT IF EXISTS ${ident(check)};`,
      undoLocks: { lock: "AccessExclusive", relations: [relation] },
      observe: observation({ after: isValidated, before: sql`NOT ${isValidated}` }),
      lock: "ShareUpdateExclusive",
      needs,
      relations: [relation],
    }),
    sqlStep({
      id: `${idPrefix}/set`,
      phase,
      summary: `Set ${subject} NOT NULL (the validated check is its proof, then dropped)`,
      sql: sql`ALTER TABLE ${table} ALTER COLUMN ${ident(column)} SET NOT NULL;
ALTER TABLE ${table} DROP CONSTRAINT ${ident(check)};`,
      undo: sql`ALTER TABLE ${table} ADD CONSTRAINT ${ident(check)} CHECK (${ident(column)} IS NOT NULL) NOT VALID;
ALTER TABLE ${table} ALTER COLUMN ${ident(column)} DROP NOT NULL;`,
      observe: observation({
        after: sql`${isNotNull} AND NOT ${hasCheck}`,
        before: sql`NOT ${columnExists(relation, column)} OR NOT ${isNotNull}`,
      }),
      lock: "AccessExclusive",
      needs,
      relations: [relation],
    }),
  ]
}
