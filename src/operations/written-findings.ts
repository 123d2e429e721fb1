import type { Finding } from "../domain/finding.ts"
import { knownUnsteadiness } from "../sql/known-functions.ts"
import type { ParsedExpression } from "../sql/parser.ts"
import {
  calledFunctions,
  distinct,
  foreignColumn,
  isFinding,
  notComparable,
  readsNewColumn,
  tryExpression,
  unknownColumn,
} from "./expression-findings.ts"
import type { WrittenExpression } from "./operation.ts"

/**
 * What can be said of an expression from its text alone, in the words in which the planner says it. What it leaves open
 * (the table's columns, functions of one's own, types) the planner asks the database.
 */
export function writtenFindings(written: WrittenExpression): readonly Finding[] {
  const { subject } = written
  const parsed = tryExpression(written.text, subject)
  if (isFinding(parsed)) return [parsed]
  const fills = written.fills === "yes" || (written.fills === "if volatile" && isVolatile(parsed))
  return distinct([
    ...nameFindings(parsed, written),
    ...(fills && isUnsteady(parsed) ? [notComparable(subject)] : []),
    ...(fills ? calledFunctions(parsed, subject) : []),
  ])
}

function nameFindings({ references }: ParsedExpression, written: WrittenExpression): readonly Finding[] {
  const { subject, columns, computes } = written
  return references.flatMap(({ column, table }) => {
    if (table !== null && table !== written.table) return [foreignColumn(`${table}.${column}`, subject)]
    if (column === computes) return [readsNewColumn(subject)]
    return columns === null || columns.includes(column) ? [] : [unknownColumn(column, subject, columns)]
  })
}

function isVolatile({ functions }: ParsedExpression): boolean {
  return functions.some((name) => knownUnsteadiness(name) === "volatile")
}

function isUnsteady({ functions }: ParsedExpression): boolean {
  return functions.some((name) => knownUnsteadiness(name) !== null)
}
