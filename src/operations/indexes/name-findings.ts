import { findTable } from "../../catalog/model.ts"
import type { Catalog } from "../../catalog/model.ts"
import { sameDefinition } from "../../catalog/same-definition.ts"
import type { Finding } from "../../domain/finding.ts"
import { displayName } from "../../domain/relation.ts"
import { isReserved } from "../table-name.ts"
import { refusal, warning } from "../table-findings.ts"
import { isIndexNameTaken } from "../taken-names.ts"
import { createIndexSql } from "./definition.ts"
import type { IndexSpec } from "./spec.ts"

/** Whether the index's name is free. What a broken build of the same index has left behind doesn't stand in the way. */
export function indexNameFindings(index: IndexSpec, catalog: Catalog): readonly Finding[] {
  const { relation, name } = index
  const subject = `${displayName(relation)}: ${name}`
  const findings: Finding[] = []
  if (isReserved(name))
    findings.push(
      refusal("RESERVED_NAME", subject, "Names that begin with _sluice are Sluice's own", "Choose another name."),
    )
  const leftover = findTable(catalog, relation)?.indexes.find((other) => other.name === name && !other.valid)
  if (leftover && sameDefinition("index", leftover.definition, createIndexSql(index, "at once")))
    findings.push(
      warning(
        "INVALID_INDEX",
        subject,
        "A broken build has left an invalid index of this name behind",
        "It is dropped first, then built again; an abort leaves none.",
      ),
    )
  else if (isIndexNameTaken(catalog, relation.schema, name))
    findings.push(
      refusal(
        "CONSTRAINT_EXISTS",
        subject,
        `The schema ${relation.schema} has an index, table or other relation of that name already`,
        "Choose another name, or drop what bears it first.",
      ),
    )
  return findings
}
