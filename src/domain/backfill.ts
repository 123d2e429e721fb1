import type { RelationName } from "./relation.ts"
import type { Sql } from "../sql/sql.ts"

/** One column that sync keeps true: its name, its exact type, and the expression that computes it. */
export interface SyncColumn {
  readonly name: string
  /** What people know it by, where its name is one of ours. Left out, as by earlier versions: its name. */
  readonly shown?: string
  /** As `format_type` prints it. */
  readonly type: string
  /** The type below, where `type` is a domain or an array of one. Left out: it is none. */
  readonly baseType?: string
  /** As PostgreSQL prints it, where it isn't the type's own. */
  readonly collation: string | null
  /** The person's own text, over the columns of the other shape; `null`: nothing computes it. */
  readonly expression: Sql | null
  /** The columns that the expression reads, found by the parser. */
  readonly reads: readonly string[]
  /** False where the expression is stable or volatile (`now()`): then its value can't be compared afterwards. */
  readonly comparable: boolean
  /** True where equal values may differ in their bytes, or `=` is missing or means something else (see byte-equality.ts). */
  readonly compareBytes: boolean
  /** What an INSERT that doesn't name the column leaves in it: its constant default, or NULL; `null`: can't be told. */
  readonly absent: Sql | null
  /** True where the column is new and the sync step has to add it (nullable, without default). */
  readonly added: boolean
  /**
   * The column whose place it will take, where it is a second one: it gets what is granted on that and said of it with
   * ALTER COLUMN … SET. Left out: there is none.
   */
  readonly secondOf?: string
  /** True where the shape that the column belongs to doesn't allow NULL. */
  readonly notNull: boolean
  /** The name under which contract hides the column, and goes on computing it; `null`: it stays. */
  readonly hidden: string | null
}

/**
 * A connected group of computed columns: those that only the old shape has on the one hand, those that only the new
 * shape has on the other, connected where an expression reads a column of the other side. Direction is judged per
 * group. Where only one side computes anything, the other is empty or holds columns without expression, and the
 * planner sees to it that such a one-way group has one computed column.
 */
export interface SyncGroup {
  readonly old: readonly SyncColumn[]
  readonly new: readonly SyncColumn[]
  /** Columns of both shapes that the expressions read: they tell nothing about direction. */
  readonly sources: readonly SyncColumn[]
}

/** Dual write within one table: everything that its pair of triggers has to know. One per table and plan. */
export interface Sync {
  readonly relation: RelationName
  /** 8 hex digits that tell this change's names from those of any other on the same table. */
  readonly mark: string
  readonly groups: readonly SyncGroup[]
  /** Columns that get another name at contract: what the groups call `physical` is `name` from then on. */
  readonly renamed: readonly { readonly physical: string; readonly name: string }[]
  /** The marker column: NULL = not filled yet. */
  readonly marker: string
  /** The trigger function, in schema `sluice`. */
  readonly function: string
  readonly insertTrigger: string
  readonly updateTrigger: string
}

/**
 * How a table is walked through range by range, as data: worker and plan then can't disagree about a statement.
 *
 * Keys travel as `text[]`: one element per key column, each as PostgreSQL prints it under the session's pinned
 * settings; a table without a usable key is followed by `ctid`, one element such as `(41,65535)`. A range has an
 * exclusive lower and an inclusive upper end; SQL NULL (not an empty array) leaves that end open.
 */
export interface TableWalk {
  readonly relation: RelationName
  /** Columns of the key that ranges follow, in key order, none of them nullable; empty: ranges of `ctid`. */
  readonly key: readonly string[]
  /** True for a partitioned parent: statements then reach every leaf. */
  readonly partitioned: boolean
  /**
   * Cuts the table into about equal ranges. `$1` int: how many. Answers at most `$1 - 1` rows, ascending, in a column
   * `key text[]`: each ends one range and begins the next. No row: one range. Reads a sample, never the whole table.
   */
  readonly split: Sql
  /**
   * Where a batch ends. `$1`, `$2` text[]: the range that is left; `$3` int: rows wanted. Answers one row with a
   * column `key text[]`: the upper end of a batch that begins at `$1`, and `rows int`: how many rows it holds (by
   * `ctid`: an estimate); no row once the range is at its end.
   * Counts rows whether filled or not, so that each statement is short. Used by verify as well.
   */
  readonly batchEnd: Sql
}

/** What a backfill of one table needs besides the statement of a batch. */
export interface Backfill extends TableWalk {
  /** Columns of the relation that a batch writes; none where it only reads its rows. */
  readonly writes: readonly string[]
  /** Takes one unfilled row of the whole table as a batch does, but waits for whoever holds it. No parameters. */
  readonly awaitUnfilled: Sql
  /**
   * Is a row still unfilled, for instance because a batch skipped it? `$1`, `$2` text[]: the range, both NULL for the
   * whole table. One row, column `unfilled boolean`. Reads the whole range in the worst case.
   */
  readonly unfilled: Sql
}
