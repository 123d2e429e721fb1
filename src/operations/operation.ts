import type { z } from "zod"
import type { Catalog } from "../catalog/model.ts"
import type { Finding } from "../domain/finding.ts"
import type { DataCheck, ExpressionCheck } from "../domain/plan.ts"
import type { RelationName } from "../domain/relation.ts"
import type { Step } from "../domain/step.ts"
import type { SyncGroup } from "../domain/backfill.ts"

/** What an operation may know besides its input and the catalog. */
export interface OperationContext {
  /** The schema that unqualified table names mean: the first of the target's `schemas`. */
  readonly defaultSchema: string
  /** The revision's id, for names of hidden and temporary things. */
  readonly revision: string
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
  /** Refused (`error`) or warned (`warning`), with a hint. Called before everything else. */
  check(input: Input, before: Catalog, context: OperationContext): readonly Finding[]
  /** The model once contracted. */
  after(input: Input, before: Catalog, context: OperationContext): Catalog
  /** Additive steps only, each with its phase: `expand`, or `backfill` for those that need filled rows. */
  expand(input: Input, before: Catalog, context: OperationContext): readonly Step[]
  sync(input: Input, before: Catalog, context: OperationContext): SyncPart | null
  contract(input: Input, before: Catalog, context: OperationContext): readonly Step[]
  purge(input: Input, before: Catalog, context: OperationContext): readonly Step[]
  /** What precheck proves about the rows before anything is touched. */
  dataChecks(input: Input, before: Catalog, context: OperationContext): readonly DataCheck[]
  /** The expressions that a person wrote into it, for what can be said of them without a catalog. */
  expressions(input: Input): readonly WrittenExpression[]
  /** What PostgreSQL itself has to accept when the plan is made. */
  expressionChecks(input: Input, before: Catalog, context: OperationContext): readonly ExpressionCheck[]
}

export interface OperationExample<Input> {
  readonly title: string
  /** SQL that prepares the tables, run on an empty database. */
  readonly given: string
  readonly input: Input
  /** What applications of the old shape write meanwhile: each can be repeated. For the lifecycle harness. */
  readonly oldWrites?: readonly string[]
  /** What applications that know only the new shape write, once they may. */
  readonly newWrites?: readonly string[]
}
