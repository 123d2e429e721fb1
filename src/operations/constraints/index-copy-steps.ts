import type { Capability } from "../../domain/capability.ts"
import type { Phase } from "../../domain/phase.ts"
import { displayName } from "../../domain/relation.ts"
import type { RelationName } from "../../domain/relation.ts"
import type { SqlStep } from "../../domain/step.ts"
import { ident, qualified, sql, trusted } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"
import { constraintWhere, indexWhere, observation, relationOid } from "../observe.ts"
import { sqlStep } from "../sql-step.ts"

/** An index by PostgreSQL's own words (`pg_get_indexdef`), under a name of ours. */
export interface IndexCopy {
  readonly relation: RelationName
  readonly name: string
  readonly definition: Sql
  readonly unique: boolean
}

/** Builds an index from its printed definition, concurrently: order, operator classes, INCLUDE and condition stay. */
export function indexCopyStep(
  { relation, name, definition, unique }: IndexCopy,
  phase: Phase,
  idPrefix: string,
): SqlStep {
  const index = { schema: relation.schema, name }
  const drop = dropConcurrently(index)
  const kind = unique ? sql`x.indisunique AND x.indisvalid` : sql`x.indisvalid`
  return sqlStep({
    id: `${idPrefix}/index`,
    phase,
    summary: `Build index ${name} on ${displayName(relation)} concurrently`,
    sql: concurrently(definition),
    undo: drop,
    observe: observation({
      after: indexWhere(relation, name, kind),
      before: sql`${relationOid(index)} IS NULL`,
      partial: indexWhere(relation, name, sql`NOT x.indisvalid`),
    }),
    repair: drop,
    transactional: false,
    lock: "ShareUpdateExclusive",
    needs: needs(relation),
    relations: [relation],
  })
}

/** A unique constraint by PostgreSQL's own words, which takes over the index of its name. */
export function constraintFromIndexStep(
  { relation, name, definition }: Pick<IndexCopy, "relation" | "name"> & { readonly definition: string },
  phase: Phase,
  idPrefix: string,
): SqlStep {
  return sqlStep({
    id: `${idPrefix}/constraint`,
    phase,
    summary: `Make index ${name} a unique constraint of ${displayName(relation)}`,
    sql: addUniqueUsing(relation, name, definition),
    // The index goes with its constraint; the step before finds nothing left to undo then.
    undo: sql`ALTER TABLE IF EXISTS ${qualified(relation)} DROP CONSTRAINT IF EXISTS ${ident(name)};`,
    observe: observation({
      after: constraintWhere(relation, name, sql`o.contype = 'u'`),
      before: sql`NOT ${constraintWhere(relation, name, sql`TRUE`)}`,
    }),
    lock: "AccessExclusive",
    needs: needs(relation),
    relations: [relation],
  })
}

/** The statement that makes an index its table's unique constraint, deferrable where `definition` is. */
export function addUniqueUsing(relation: RelationName, name: string, definition: string): Sql {
  // What a constraint's definition says besides what its index says; PostgreSQL's own words.
  const deferral = trusted(/ DEFERRABLE(?: INITIALLY DEFERRED)?$/.exec(definition)?.[0] ?? "")
  return sql`ALTER TABLE ${qualified(relation)} ADD CONSTRAINT ${ident(name)} UNIQUE USING INDEX ${ident(name)}${deferral};`
}

/** A printed definition with the word that keeps writers going. */
export function concurrently(definition: string): Sql {
  return trusted(definition.replace(/^CREATE (UNIQUE )?INDEX /, "CREATE $1INDEX CONCURRENTLY "))
}

export function dropConcurrently(index: RelationName): Sql {
  return sql`DROP INDEX CONCURRENTLY IF EXISTS ${qualified(index)}`
}

function needs(relation: RelationName): readonly Capability[] {
  return [
    { kind: "own", relation },
    { kind: "create-in-schema", schema: relation.schema },
  ]
}
