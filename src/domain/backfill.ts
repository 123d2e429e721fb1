import type { RelationName } from "./relation.ts"
import type { Sql } from "../sql/sql.ts"

/** One column that sync keeps true: its name, its exact type, and the expression that computes it. */
export interface SyncColumn {
  readonly name: string
  /** As `format_type` prints it. */
  readonly type: string
  /** The person's own text, over the columns of the other shape; `null`: nothing computes it. */
  readonly expression: Sql | null
  /** The columns that the expression reads, found by the parser. */
  readonly reads: readonly string[]
  /** False where the expression is stable or volatile (`now()`): then its value can't be compared afterwards. */
  readonly comparable: boolean
  /** The column's default in the old or new shape, as PostgreSQL prints it; `null`: none. */
  readonly default: Sql | null
  /** True where the shape that the column belongs to doesn't allow NULL. */
  readonly notNull: boolean
}

/** A connected group of columns: the old shape on the one hand, the new on the other. Direction is judged per group. */
export interface SyncGroup {
  readonly old: readonly SyncColumn[]
  readonly new: readonly SyncColumn[]
}

/** Dual write within one table: everything that its pair of triggers has to know. One per table and plan. */
export interface Sync {
  readonly relation: RelationName
  readonly groups: readonly SyncGroup[]
  /** The marker column: NULL = not filled yet. */
  readonly marker: string
  /** The trigger function, in schema `sluice`. */
  readonly function: string
  readonly insertTrigger: string
  readonly updateTrigger: string
}

/** What backfill and verify of one table need. */
export interface Backfill {
  readonly relation: RelationName
  /** Columns of the key that ranges follow, in key order; empty: ranges of `ctid`. */
  readonly key: readonly string[]
  readonly sync: Sync
  /** `false` for a partitioned parent's leaf that is handled by itself. Ranges read `ONLY` then. */
  readonly partitioned: boolean
}
