import { hasErrors } from "../../domain/finding.ts"
import type { Catalog, Table } from "../../catalog/model.ts"
import type { Finding } from "../../domain/finding.ts"
import { displayName } from "../../domain/relation.ts"
import { expressionFindings } from "../expression-findings.ts"
import { unknownColumns } from "../host-findings.ts"
import { readOptions } from "../indexes/options.ts"
import { refusal, warning } from "../table-findings.ts"
import { expressionVolatility } from "../volatility.ts"
import { listOfElements } from "./input.ts"
import type { CreateIndexInput } from "./input.ts"

/** What is wrong with what an index is made of: columns, expressions, condition, options. */
export function elementFindings(input: CreateIndexInput, table: Table, catalog: Catalog): readonly Finding[] {
  const subject = `${displayName(table)}: ${input.name}`
  const elements = listOfElements(input.columns)
  const columns = elements.flatMap((element) => ("column" in element ? element.column : []))
  const expressions = elements.flatMap((element) => ("expression" in element ? element.expression : []))
  const predicates = input.predicate === undefined ? [] : [input.predicate]
  return [
    ...unknownColumns([...columns, ...(input.include ?? [])], table, subject),
    ...expressions.flatMap((text) => immutable(text, `${subject}: expression`, table, catalog)),
    ...predicates.flatMap((text) => immutable(text, `${subject}: predicate`, table, catalog)),
    ...optionFindings(input, subject),
  ]
}

/** PostgreSQL takes only functions that always give the same result; of overloads, the most volatile one is known. */
function immutable(text: string, subject: string, table: Table, catalog: Catalog): readonly Finding[] {
  const findings = expressionFindings(text, subject, { table, also: [], inTrigger: false }, catalog)
  if (hasErrors(findings)) return findings
  const hint = "Use functions that are IMMUTABLE; a time zone can be named: at AT TIME ZONE 'UTC'."
  const volatility = expressionVolatility(text, catalog)
  if (volatility === "volatile")
    return [...findings, refusal("NOT_IMMUTABLE", subject, "It gives another value each time it is asked", hint)]
  if (volatility === "stable") {
    const message = "A function in it may depend on settings such as the time zone; PostgreSQL then refuses the index"
    return [...findings, warning("NOT_IMMUTABLE", subject, message, hint)]
  }
  return findings
}

function optionFindings(input: CreateIndexInput, subject: string): readonly Finding[] {
  const params = listOfElements(input.columns).flatMap(({ opclass }) => opclass?.params ?? [])
  const texts = [...params, ...(input.storage_parameters === undefined ? [] : [input.storage_parameters])]
  return texts
    .filter((text) => readOptions(text) === null)
    .map((text) =>
      refusal("INDEX_OPTIONS", subject, `Not a list of options: ${text}`, "Write name = value, with commas between."),
    )
}
