import type { RelationName } from "./relation.ts"

/** Triggers of a table that keep one thing equal to another, with everything that they need. */
export interface TriggerSet {
  readonly relation: RelationName
  /** What they keep equal, in words: `the hidden columns of people`. */
  readonly keeps: string
  /** In schema `sluice`; its name is one change's alone. */
  readonly function: string
  /** Other functions that what is kept rests on, in the same schema. */
  readonly helpers: readonly string[]
  readonly triggers: readonly string[]
  /** Columns that are there for the triggers alone, and that they write. */
  readonly columns: readonly string[]
}
