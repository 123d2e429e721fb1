import type { Phase } from "../../domain/phase.ts"
import { displayName } from "../../domain/relation.ts"
import type { RelationName } from "../../domain/relation.ts"
import type { SqlStep } from "../../domain/step.ts"
import { ident, qualified, sql } from "../../sql/sql.ts"
import { concurrentIndexStep } from "../indexes/concurrent-step.ts"
import { keyIndex } from "../indexes/spec.ts"
import type { IndexOption } from "../indexes/spec.ts"
import { constraintWhere, observation } from "../observe.ts"
import { sqlStep } from "../sql-step.ts"
import { deferral } from "./definition.ts"
import type { KeyParts } from "./definition.ts"
import { keyMatches } from "./matches.ts"

/** A unique constraint or primary key, with the index that carries it. */
export interface KeyConstraint extends KeyParts {
  readonly relation: RelationName
  readonly name: string
  /** Default: unique. The columns of a primary key have to be NOT NULL already. */
  readonly kind?: "unique" | "primary key"
  /** Storage parameters of its index. */
  readonly options?: readonly IndexOption[]
}

/**
 * A unique constraint without a lock that stops writers: its index is built CONCURRENTLY, then taken over. Already
 * while the index is being built, a duplicate is refused.
 */
export function uniqueSteps(key: KeyConstraint, phase: Phase, idPrefix: string): readonly SqlStep[] {
  const { relation, name, columns, kind = "unique" } = key
  const table = qualified(relation)
  const word = kind === "unique" ? sql`UNIQUE` : sql`PRIMARY KEY`
  return [
    concurrentIndexStep(keyIndex(key), phase, `${idPrefix}/index`),
    sqlStep({
      id: `${idPrefix}/constraint`,
      phase,
      summary: `Make index ${name} the ${kind} ${kind === "unique" ? "constraint " : ""}of ${displayName(relation)} (${columns.join(", ")})`,
      sql: sql`ALTER TABLE ${table} ADD CONSTRAINT ${ident(name)} ${word} USING INDEX ${ident(name)}${deferral(key)};`,
      // The index goes with its constraint; the step before finds nothing left to undo then.
      undo: sql`ALTER TABLE IF EXISTS ${table} DROP CONSTRAINT IF EXISTS ${ident(name)};`,
      observe: observation({
        after: constraintWhere(relation, name, keyMatches(kind, key)),
        before: sql`NOT ${constraintWhere(relation, name, sql`TRUE`)}`,
      }),
      lock: "AccessExclusive",
      needs: [
        { kind: "own", relation },
        { kind: "create-in-schema", schema: relation.schema },
      ],
      relations: [relation],
    }),
  ]
}
