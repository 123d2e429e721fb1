import type { z } from "zod"
import type { Catalog } from "../catalog/model.ts"
import type { Finding } from "../domain/finding.ts"
import type { DataCheck, ExpressionCheck } from "../domain/plan.ts"
import type { ColumnName, RelationName } from "../domain/relation.ts"
import type { Step } from "../domain/step.ts"
import type { SyncGroup } from "../domain/backfill.ts"
import type { HiddenColumn } from "./hide/hide-column.ts"
import type { Pending, PendingColumn } from "./pending.ts"

/** What an operation may know besides its input and the catalog. */
export interface OperationContext {
  /** The schema that unqualified table names mean: the first of the target's `schemas`. */
  readonly defaultSchema: string
  /** The revision's id, for names of hidden and temporary things. */
  readonly revision: string
  /** Whether applications see the tables through version views, and so can know a column by another name than its own. */
  readonly versionViews: boolean
  /** What earlier operations of the same plan bring. Absent: nothing. */
  readonly pending?: Pending
}

/** What an operation may know besides, once the whole plan is in view. */
export interface PlanContext extends OperationContext {
  /** The catalog before the plan: what `up` sees. */
  readonly before: Catalog
  /** The catalog once the whole plan is contracted: what `down`, and the conditions of indexes and checks, see. */
  readonly after: Catalog
  /** Where columns of the shape after the plan lie until contract, all operations of the plan taken together. */
  readonly shown: readonly ShownColumn[]
}

/** A part of a table's dual write that one operation asks for; the planner merges the parts per table into one `Sync`. */
export interface SyncPart {
  readonly relation: RelationName
  readonly group: SyncGroup
}

/** An expression where it was written, with what its operation alone knows of it. */
export interface WrittenExpression {
  /** Where it stands in the operation's input: `["column", "check", "constraint"]`. */
  readonly path: readonly (string | number)[]
  /** `users.email: up` */
  readonly subject: string
  readonly text: string
  /** The name by which it may call its table. */
  readonly table: string
  /** All columns that it may name; null: only the database knows them. */
  readonly columns: readonly string[] | null
  /** The column that it computes, and so can't read; null: it computes none. */
  readonly computes: string | null
  /** Whether rows are filled by it, which are then compared. A default fills where it is volatile. */
  readonly fills: "yes" | "if volatile" | "no"
}

/**
 * Where a column of the new shape really lies between expand and contract, if not in the column of its own name: version
 * views show it from there. Type and default of the new shape are those of `after`; a column that `after` doesn't have
 * isn't shown, one that nobody names here is shown under its own name.
 */
export interface ShownColumn {
  /** The table, by the name that it has before contract. */
  readonly relation: RelationName
  /** As the new shape calls it. */
  readonly name: string
  /** The column that holds it until contract: the old name of a renamed one, the duplicate of one whose type changes. */
  readonly physical: string
}

/**
 * One declared schema change. All functions are pure: same input, same answer. `before` is the catalog before the
 * plan, `after` the model once contracted. What an operation doesn't declare counts as the worst.
 */
export interface Operation<Input> {
  /** As in the revision file: `add_column`. */
  readonly kind: string
  /** One line for the generated reference. */
  readonly summary: string
  readonly input: z.ZodType<Input>
  /** Examples for the reference and the lifecycle harness: each a valid input on the harness's sample tables. */
  readonly examples: readonly OperationExample<Input>[]
  /** The relations that it touches: what the plan's hash, lease and drift check cover. */
  relations(input: Input, context: OperationContext): readonly RelationName[]
  /** Columns that were there before and that it changes, moves or drops. Left out: none. */
  alters?(input: Input, context: OperationContext): readonly ColumnName[]
  /** Columns whose names nothing has any more from its contract on: whatever says them fails then. Left out: none. */
  losesNames?(input: Input, context: OperationContext): readonly ColumnName[]
  /**
   * `after`: it is built on the shape after the plan, as indexes and constraints are. Its `before` then is the catalog
   * with what earlier operations of the plan add (see `context.pending`), without columns that any of them moves.
   */
  readonly sees?: "after"
  /**
   * Refused (`error`) or warned (`warning`), with a hint. Called before everything else, twice: about the catalog before
   * the plan, and about the one that the plan's earlier operations leave behind (`current`).
   */
  check(input: Input, current: Catalog, context: PlanContext): readonly Finding[]
  /** The model once contracted. */
  after(input: Input, before: Catalog, context: OperationContext): Catalog
  /** Additive steps only, each with its phase: `expand`, or `backfill` for those that need filled rows. */
  expand(input: Input, before: Catalog, context: PlanContext): readonly Step[]
  /** The columns that it adds under their final names, so that others of the plan can be built on them. */
  adds?(input: Input, before: Catalog, context: OperationContext): readonly PendingColumn[]
  sync(input: Input, before: Catalog, context: PlanContext): SyncPart | null
  /** Columns that the version views have to look for under another name. Left out: there are none. */
  shown?(input: Input, before: Catalog, context: OperationContext): readonly ShownColumn[]
  contract(input: Input, before: Catalog, context: PlanContext): readonly Step[]
  /** Columns that its contract hides: purge archives their values and drops them. Left out: there are none. */
  hides?(input: Input, before: Catalog, context: PlanContext): readonly HiddenColumn[]
  /** What else goes for good after the retention, as parts of the one purge transaction. */
  purge(input: Input, before: Catalog, context: PlanContext): readonly Step[]
  /** What precheck proves about the rows before anything is touched. */
  dataChecks(input: Input, before: Catalog, context: PlanContext): readonly DataCheck[]
  /** The expressions that a person wrote into it, for what can be said of them without a catalog. */
  expressions(input: Input): readonly WrittenExpression[]
  /** What else can be said of it without a catalog. Left out: nothing. */
  written?(input: Input): readonly Finding[]
  /** What PostgreSQL itself has to accept when the plan is made. */
  expressionChecks(input: Input, before: Catalog, context: PlanContext): readonly ExpressionCheck[]
}

export interface OperationExample<Input> {
  readonly title: string
  /** SQL that prepares the tables, run on an empty database. */
  readonly given: string
  readonly input: Input
  /** True: only on a target whose applications use version views. */
  readonly versionViews?: boolean
  /** Operations of the same revision that stand before it. */
  readonly beside?: readonly { readonly kind: string; readonly input: unknown }[]
  /** What applications of the old shape write meanwhile: each can be repeated. For the lifecycle harness. */
  readonly oldWrites?: readonly string[]
  /** What applications that know only the new shape write, once they may. */
  readonly newWrites?: readonly string[]
  /** What they write that only the new version's views can take before contract. */
  readonly viewWrites?: readonly string[]
}
