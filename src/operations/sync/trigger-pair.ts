import type { RelationName } from "../../domain/relation.ts"
import { literal, sql } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"

/** Two triggers that keep one shape of a table true, with everything that they need. */
export interface TriggerPair {
  readonly relation: RelationName
  /** In schema `sluice`. */
  readonly function: string
  readonly triggers: readonly string[]
  /** Columns that are there for the pair alone, and that it writes. */
  readonly columns: readonly string[]
}

/** Of a trigger function in schema `sluice`; NULL where it is gone. */
export function functionOid(name: string): Sql {
  return sql`(SELECT p.oid FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
    WHERE n.nspname = 'sluice' AND p.proname = ${literal(name)})`
}
