import type { Catalog, Table } from "../catalog/model.ts"
import { ownTriggersOfPartitions } from "../catalog/partition-own.ts"
import type { Finding } from "../domain/finding.ts"
import { displayName } from "../domain/relation.ts"
import { firstFindings } from "./first-findings.ts"
import { refusal } from "./table-findings.ts"

/**
 * Triggers that copy the whole row elsewhere by the places of its columns (`INSERT INTO history SELECT NEW.*`, or from a
 * transition table). With a column more each write that fires one fails, or where the other table has columns left, they
 * get what is ours.
 */
export function rowCopyFindings(table: Table, catalog: Catalog): readonly Finding[] {
  const ofPartitions = ownTriggersOfPartitions(table, catalog).flatMap(({ partition, triggers }) =>
    copying(triggers, displayName(partition)),
  )
  return [...copying(table.triggers, displayName(table)), ...firstFindings(ofPartitions, displayName(table))]
}

function copying(triggers: Table["triggers"], subject: string): readonly Finding[] {
  return triggers
    .filter(({ copiesRow, enabled }) => copiesRow === true && enabled !== "disabled")
    .map(({ name }) =>
      refusal(
        "TRIGGER_COPIES_ROW",
        `${subject}: ${name}`,
        "Its function inserts whole rows of this table into another one, by the places of their columns; once the table has another column, that fails with every write that fires it, or fills the columns of the other table that come next",
        "Have the function name the columns on both sides: INSERT INTO history (id, name) VALUES (NEW.id, NEW.name).",
      ),
    )
}
