import type { ComparisonOptions } from "../../../src/demo/application/comparison.ts"
import type { Statement } from "../../../src/demo/application/workload.ts"

/** A change that a campaign makes again and again, each time to a table of its own. */
export interface Change {
  /** SQL that makes the table with its rows. */
  createTable(number: number): string
  revision(number: number): { readonly title: string; readonly operations: string }
  /** What the old application writes, and what the one that knows only the new shape does. */
  oldStatements(number: number): readonly Statement[]
  newStatements(number: number): readonly Statement[]
  /** Counts rows, in a column `rows`, that neither the change nor an application can have made. */
  wrongRows(number: number): string
  /** How the accounts' columns are read once the change is complete. */
  readonly columns: NonNullable<ComparisonOptions["columns"]>
}

/** Few enough for many runs, enough for several batches. */
export const rowsAtFirst = 4_000

/** Every run has a table of its own, so that one that went wrong harms no other. */
export function tableOf(number: number): string {
  return `people_${number}`
}
