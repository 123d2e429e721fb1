import { findTable } from "../catalog/model.ts"
import type { Catalog, Table } from "../catalog/model.ts"
import { ownTriggersOfPartitions } from "../catalog/partition-own.ts"
import type { Finding } from "../domain/finding.ts"
import { nearestName } from "../domain/nearest.ts"
import { displayName, isSameRelation } from "../domain/relation.ts"
import type { RelationName } from "../domain/relation.ts"
import { qualified } from "../sql/sql.ts"
import { firstFindings } from "./first-findings.ts"
import { otherSpelling } from "./other-spelling.ts"
import { firstTriggerName, isSyncTrigger } from "./sync/triggers.ts"

/** A finding that stops. */
export function refusal(code: string, subject: string, message: string, hint: string): Finding {
  return { code, severity: "error", subject, message, hint }
}

/** A finding that has to be read. */
export function warning(code: string, subject: string, message: string, hint: string): Finding {
  return { code, severity: "warning", subject, message, hint }
}

/** Why a table can't be changed by any operation; none: it can. */
export function tableFindings(relation: RelationName, catalog: Catalog): readonly Finding[] {
  const subject = displayName(relation)
  const table = findTable(catalog, relation)
  if (!table) return [missing(relation, catalog)]
  const findings: Finding[] = []
  if (table.parent)
    findings.push(
      refusal(
        "PARTITION_CHILD",
        subject,
        "It is a partition: its columns are those of its parent",
        `Change ${displayName(table.parent)} instead; its partitions follow.`,
      ),
    )
  if (table.persistence === "temporary")
    findings.push(
      refusal("TEMPORARY_TABLE", subject, "A temporary table belongs to one session", "Use a lasting table."),
    )
  return [...findings, ...inheritanceFindings(table)]
}

function inheritanceFindings(table: Table): readonly Finding[] {
  const subject = displayName(table)
  const { parents, children } = table.inheritance ?? { parents: [], children: [] }
  const [parent, child] = [parents[0], children[0]]
  const findings: Finding[] = []
  if (child)
    findings.push(
      refusal(
        "INHERITED_TABLE",
        subject,
        `Tables inherit from it (${children.map(displayName).join(", ")}); triggers and constraints would not reach their rows`,
        `End the inheritance (ALTER TABLE ${qualified(child)} NO INHERIT ${qualified(table)}) or use partitions.`,
      ),
    )
  if (parent)
    findings.push(
      refusal(
        "INHERITING_TABLE",
        subject,
        `It inherits from ${parents.map(displayName).join(", ")}: its columns and constraints are changed from there as well`,
        `End the inheritance (ALTER TABLE ${qualified(table)} NO INHERIT ${qualified(parent)}) or use partitions.`,
      ),
    )
  return findings
}

function missing(relation: RelationName, catalog: Catalog): Finding {
  const subject = displayName(relation)
  const other = catalog.otherRelations.find((other) => isSameRelation(other, relation))
  if (other) return refusal("NOT_A_TABLE", subject, `It is a ${other.kind}, not a table`, "Name the table itself.")
  if (!catalog.schemas.includes(relation.schema) && !catalog.tables.some(({ schema }) => schema === relation.schema))
    return refusal("UNKNOWN_SCHEMA", subject, `There is no schema ${relation.schema}`, "Check the target's schemas.")
  const known = catalog.tables.filter(({ schema }) => schema === relation.schema).map(({ name }) => name)
  const nearest = nearestName(relation.name, known)
  const spelling = otherSpelling(relation)
  const hint =
    spelling !== null
      ? spelling
      : nearest === null
        ? "Check the name; a plain name is looked for in the first of the target's schemas (`schemas` in sluice.yaml)."
        : `Did you mean ${nearest}?`
  return refusal("UNKNOWN_TABLE", subject, "There is no such table", hint)
}

/** Why a table can't have dual write, or what has to be known about it. */
export function syncFindings(table: Table, catalog: Catalog): readonly Finding[] {
  const subject = displayName(table)
  const findings: Finding[] = []
  if (table.rowSecurity.forced)
    findings.push(
      refusal(
        "ROW_SECURITY_FORCED",
        subject,
        "Row-level security is forced on its owner too: rows that the policies hide would not be filled",
        `ALTER TABLE ${subject} NO FORCE ROW LEVEL SECURITY for the length of the run, or use a role with BYPASSRLS.`,
      ),
    )
  if (table.triggers.some(({ name }) => isSyncTrigger(name)))
    findings.push(
      refusal(
        "DUAL_WRITE_ACTIVE",
        subject,
        "Another run's dual write is still on the table",
        "Finish or abort that run first (`sluice status`).",
      ),
    )
  const ofPartitions = ownTriggersOfPartitions(table, catalog).flatMap(({ partition, triggers }) =>
    lateFindings(triggers, displayName(partition)),
  )
  return [...findings, ...lateFindings(table.triggers, subject), ...firstFindings(ofPartitions, subject)]
}

function lateFindings(triggers: Table["triggers"], subject: string): readonly Finding[] {
  return triggers
    .filter(isBeforeRow)
    .filter(({ name }) => Buffer.compare(bytes(name), bytes(firstTriggerName)) > 0)
    .map(({ name }) =>
      warning(
        "TRIGGER_SORTS_LATER",
        `${subject}: ${name}`,
        "This trigger fires after ours, so what it changes in a row isn't carried over to new columns",
        "Rename it so that it sorts before ~ (ALTER TRIGGER … RENAME TO …), unless it changes no column that up reads.",
      ),
    )
}

function isBeforeRow({ definition, enabled }: Table["triggers"][number]): boolean {
  return enabled !== "disabled" && / BEFORE /.test(definition) && / FOR EACH ROW /.test(definition)
}

function bytes(name: string): Buffer {
  return Buffer.from(name, "utf8")
}

/** A column that the table doesn't have. */
export function missingColumn(name: string, table: Table): Finding {
  const nearest = nearestName(
    name,
    table.columns.map((column) => column.name),
  )
  const hint = nearest === null ? "Check the name; it is taken as it stands." : `Did you mean ${nearest}?`
  return refusal("UNKNOWN_COLUMN", `${displayName(table)}.${name}`, "There is no such column", hint)
}
