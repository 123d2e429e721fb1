import type { Catalog, Column, Table } from "../../catalog/model.ts"
import { ownTriggersOfPartitions } from "../../catalog/partition-own.ts"
import type { Finding } from "../../domain/finding.ts"
import { displayName } from "../../domain/relation.ts"
import { firstFindings } from "../first-findings.ts"
import { warning } from "../table-findings.ts"

/**
 * What a column that loses its name at contract does to the application's triggers: PostgreSQL doesn't know what a
 * function in plpgsql reads, lets the name go, and the application's next write fails in the trigger. Where the column
 * is `computed` from the new shape, that comes after the application's triggers: until then they find nothing in it.
 */
export function triggerFindings(
  table: Table,
  { name }: Column,
  catalog: Catalog,
  computed: boolean,
): readonly Finding[] {
  const ofPartitions = ownTriggersOfPartitions(table, catalog).flatMap(({ partition, triggers }) =>
    readingFindings(triggers, partition, name, computed),
  )
  return [
    ...readingFindings(table.triggers, table, name, computed),
    ...firstFindings(ofPartitions, `${displayName(table)}.${name}`),
  ]
}

function readingFindings(
  triggers: Table["triggers"],
  table: Table,
  column: string,
  computed: boolean,
): readonly Finding[] {
  const theirs = triggers.filter(({ name, enabled }) => enabled !== "disabled" && !name.startsWith("~sluice_"))
  if (theirs.length === 0) return []
  const before = computed ? "; before that it finds NULL there where a new application inserts" : ""
  const what = table.parent ? "partition" : "table"
  const naming = theirs.filter(({ reads = [] }) => reads.includes(column))
  const words = (triggers: Table["triggers"]): string => triggers.map(({ name }) => name).join(", ")
  return [
    warning(
      "TRIGGER_READS_COLUMN",
      `${displayName(table)}.${column}`,
      naming.length > 0
        ? `The ${what} has triggers whose functions say NEW.${column} or OLD.${column} (${words(naming)}): they fail from contract on, and every write that fires them${before}`
        : `The ${what} has triggers (${words(theirs)}): a function that says NEW.${column} fails from contract on, and every write that fires it${before}`,
      "Have such functions do without that name before the contract gate is passed.",
    ),
  ]
}
