import type { Table } from "../../catalog/model.ts"
import type { Finding } from "../../domain/finding.ts"
import { warning } from "../table-findings.ts"

/**
 * What a column that loses its name at contract does to the application's triggers: PostgreSQL doesn't know what a
 * function in plpgsql reads, lets the name go, and the application's next write fails in the trigger. Where the column
 * is `computed` from the new shape, that comes after the application's triggers: until then they find nothing in it.
 */
export function triggerFindings(table: Table, subject: string, computed: boolean): readonly Finding[] {
  const theirs = table.triggers.filter(({ name, enabled }) => enabled !== "disabled" && !name.startsWith("~sluice_"))
  if (theirs.length === 0) return []
  const before = computed ? "; before that it finds NULL there where a new application inserts" : ""
  return [
    warning(
      "TRIGGER_READS_COLUMN",
      subject,
      `The table has triggers (${theirs.map(({ name }) => name).join(", ")}): a function that says NEW.${subject.split(".").at(-1)} fails from contract on, and every write that fires it${before}`,
      "Have such functions do without that name before the contract gate is passed.",
    ),
  ]
}
