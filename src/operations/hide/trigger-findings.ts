import type { Catalog, Column, Table } from "../../catalog/model.ts"
import { firesForApplications } from "../../catalog/ours.ts"
import { ownTriggersOfPartitions } from "../../catalog/partition-own.ts"
import type { Finding } from "../../domain/finding.ts"
import { displayName } from "../../domain/relation.ts"
import { firstFindings } from "../first-findings.ts"
import { warning } from "../table-findings.ts"

/** What becomes of a column's name at contract. */
export interface NameFate {
  /** Whether the column is computed from the new shape until then: that comes after the application's triggers. */
  readonly computed: boolean
  /** The type of the column that takes the name over; null: the name goes. */
  readonly becomes: string | null
}

/**
 * What a column that loses its name at contract does to the application's triggers: PostgreSQL doesn't know what a
 * function in plpgsql reads, lets the name go, and the application's next write fails in the trigger; where another column
 * takes the name over, it finds that one. Where the column is computed, they find nothing in it until then.
 */
export function triggerFindings(table: Table, column: Column, catalog: Catalog, fate: NameFate): readonly Finding[] {
  const ofPartitions = ownTriggersOfPartitions(table, catalog).flatMap(({ partition, triggers }) =>
    readingFindings(triggers, partition, column, fate),
  )
  return [
    ...readingFindings(table.triggers, table, column, fate),
    ...firstFindings(ofPartitions, `${displayName(table)}.${column.name}`),
  ]
}

function readingFindings(
  triggers: Table["triggers"],
  table: Table,
  column: Column,
  fate: NameFate,
): readonly Finding[] {
  const theirs = triggers.filter(firesForApplications)
  if (theirs.length === 0) return []
  const naming = theirs.filter(({ reads = [] }) => reads.includes(column.name))
  const words = (triggers: Table["triggers"]): string => triggers.map(({ name }) => name).join(", ")
  const what = table.parent ? "partition" : "table"
  const who =
    naming.length > 0
      ? `The ${what} has triggers whose functions say NEW.${column.name} or OLD.${column.name} (${words(naming)}): such a function`
      : `The ${what} has triggers (${words(theirs)}): a function that says NEW.${column.name}`
  return [
    warning(
      "TRIGGER_READS_COLUMN",
      `${displayName(table)}.${column.name}`,
      `${who} ${comesTo(column, fate)}`,
      fate.becomes === null
        ? "Have such functions do without that name before the contract gate is passed."
        : "Have such functions do with NULL there, and from the contract gate on with the new column.",
    ),
  ]
}

function comesTo({ type }: Column, { computed, becomes }: NameFate): string {
  const findsNothing = "finds NULL there where a new application inserts"
  if (becomes !== null) {
    const other = becomes === type ? "" : `, which is ${becomes} instead of ${type}`
    return `${findsNothing} before contract, and the new column from then on${other}`
  }
  return `fails from contract on, and every write that fires it${computed ? `; before that it ${findsNothing}` : ""}`
}
