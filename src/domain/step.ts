import type { Capability } from "./capability.ts"
import type { LockMode } from "./lock.ts"
import type { Phase } from "./phase.ts"
import type { RelationName } from "./relation.ts"
import type { Sql } from "../sql/sql.ts"
import type { Backfill, TableWalk } from "./backfill.ts"
import type { TriggerSet } from "./trigger-set.ts"

/**
 * What a step's `observe` statement answers, as text in one row and one column:
 * - `before`: the step has not been done
 * - `after`: it has been done, exactly so
 * - `partial`: a leftover of a broken attempt (an invalid index): `repair` clears it, then the step runs
 * - `other`: something else bears the name: nobody's guess, the step fails with SHAPE_DIFFERS
 */
export const observations = ["before", "after", "partial", "other"] as const
export type Observation = (typeof observations)[number]

/** What a change of data keeps of the old values, for repair (recovery ladder, rung 3). */
export interface BeforeImage {
  readonly relation: RelationName
  readonly key: readonly string[]
  readonly columns: readonly string[]
}

/** Rows that PostgreSQL rejects (DATA_REJECTED), to be named where it says no more than that there is one. */
export interface RejectedRows {
  readonly relation: RelationName
  /** Yields a column `key` of all of them, as people find them. */
  readonly keys: Sql
  readonly hint: string
}

/** Rows that the shape which a step brings back can't hold, looked for before it does. */
export interface UnfitRows {
  readonly relation: RelationName
  /** Yields a column `key` of all of them, as people find them. */
  readonly keys: Sql
  /** What is wrong with them. */
  readonly message: string
  /** What to do about each. */
  readonly remedy: string
}

interface StepBase {
  /** Unique within the plan and stable: `expand/users/add-column-email`. */
  readonly id: string
  readonly phase: Phase
  /** One line in plain words: "Add column email to public.users". */
  readonly summary: string
  /** The statement or statements. Shown by `plan --sql`, run as it stands by an `sql` step. */
  readonly sql: Sql
  /** Reverses the step; must succeed too where the step never ran or was undone already. `null`: no way back. */
  readonly undo: Sql | null
  /** Is it so already? One row, one text column: an {@link Observation}. Harmless at any time. */
  readonly observe: Sql
  /** Clears what `partial` found, outside a transaction (e.g. DROP INDEX CONCURRENTLY). */
  readonly repair: Sql | null
  readonly beforeImage: BeforeImage | null
  /** The strongest table lock that the step takes. */
  readonly lock: LockMode
  /** True: runs with its journal row in one transaction. False (CONCURRENTLY): single statement, journal after. */
  readonly transactional: boolean
  readonly rewritesTable: boolean
  readonly losesData: boolean
  readonly needs: readonly Capability[]
  /**
   * True: nothing is done on the way forward; the step stands in the plan for its undo alone. Its `observe` then says
   * `before` where nothing is left to do on the way back.
   */
  readonly back: boolean
  /**
   * True where a run can do without the step: applications live as well without it, and nothing that comes later rests on
   * it. Only such a step may be left out by an operator. Plans of earlier versions say nothing of it: no.
   */
  readonly skippable: boolean
  /** What can stop the step's undo. Plans of earlier versions don't say, nor do steps of which nobody can tell. */
  readonly undoRejects?: RejectedRows
  /**
   * What the undo locks, where that is more than the step does. Left out: the same. A lock that is raised while it is held
   * waits for whoever reads, who then can't write: PostgreSQL cancels one of the two (40P01).
   */
  readonly undoLocks?: { readonly lock: LockMode; readonly relations: readonly RelationName[] }
  /** What must not be there when the step is undone. Left out: nothing, or a plan of an earlier version. */
  readonly undoDemands?: readonly UnfitRows[]
  /** True where applications of the old shape can't work any more once the step is done. */
  readonly endsOldShape: boolean
  /** The relations it touches: for leases, long-transaction checks and naming who is in the way. */
  readonly relations: readonly RelationName[]
}

/**
 * A statement to run. It runs with the settings `sluice.run` and `sluice.plan` (the run's id and the plan's hash, for
 * `current_setting`), because a plan can contain neither; in `sluice.revision` they are the defaults of the columns
 * `run` and `plan_hash`. A transactional step finds its existing `relations` locked in mode `lock`, views first.
 */
export interface SqlStep extends StepBase {
  readonly action: "sql"
}
/**
 * The filling of one table, or of a copy of it, by ranges. `sql` is the statement of one batch, an UPDATE or INSERT
 * without RETURNING: `$1`, `$2` text[] the range (see {@link Backfill}). It has no LIMIT: the executor finds the batch's
 * end with `backfill.batchEnd`. Unfilled rows are taken with SKIP LOCKED, and values come from the row itself. `observe`
 * says `after` exactly when no row is unfilled.
 *
 * Where the step is for the way back alone, `undo` is that statement, and `observe` then says `before`.
 */
export interface BackfillStep extends StepBase {
  readonly action: "backfill"
  readonly backfill: Backfill
}
/**
 * The comparison of every row of one table. `sql` is the statement of one range: `$1`, `$2` text[] the range, `$3` int
 * how many keys to list. It answers one row: `rows bigint` (compared), `bad bigint`, `keys text[]` (of bad rows).
 */
export interface VerifyStep extends StepBase {
  readonly action: "verify"
  readonly walk: TableWalk
  /** Counts rows that aren't filled (`rows bigint`), which is told apart from other differences; null: there are none. */
  readonly countUnfilled: Sql | null
  readonly difference: Difference
  /**
   * The triggers that keep equal what it compares: where somebody has touched them since, it has to be made again.
   * Plans of earlier versions don't say.
   */
  readonly rests?: readonly TriggerSet[]
}

/** How a person is told of rows that differ. */
export interface Difference {
  readonly code: string
  /** Follows the count: `rows whose old and new shape don't agree`. */
  readonly what: string
  readonly hint: string
}

/** The smallest unit that is done or not done. */
export type Step = SqlStep | BackfillStep | VerifyStep
