import { findColumn, type Column, type Table } from "../catalog/model.ts"
import type { Finding } from "../domain/finding.ts"
import { mayBeNull, parseExpression, refusingCasts } from "../sql/parser.ts"
import type { Known, QualifiedName } from "../sql/parser.ts"
import { warning } from "./table-findings.ts"

/** What a computed column promises, and so refuses. */
export interface Promises {
  /** As the person or PostgreSQL writes it. */
  readonly type: string
  readonly notNull: boolean
  readonly check: string | null
  readonly unique: boolean
}

/** Functions of pg_catalog that take any value of their types, and give NULL for NULL alone. */
const totalFunctions: ReadonlySet<string> = new Set(
  `abs ascii btrim ceil char_length character_length clock_timestamp concat concat_ws floor gen_random_uuid initcap length
  lower ltrim md5 now octet_length quote_literal random replace reverse rtrim split_part strpos upper`.split(/\s+/),
)

/** Operators that raise for some values: by zero, or out of range. */
const raisingOperators: ReadonlySet<string> = new Set(["/", "%", "^", "*", "+", "-"])

/** Types that take any text as it is. */
const anyText: ReadonlySet<string> = new Set(["text", "pg_catalog.text"])

/**
 * While both shapes are written, `up` runs within each write of the old application: a value that it can't process, or a
 * result that the new column refuses, fails a write that was fine before. Precheck sees today's rows, not tomorrow's.
 */
export function oldWriteFindings(up: string, table: Table, promises: Promises, subject: string): readonly Finding[] {
  const reasons = reasonsOf(up, table, promises)
  if (reasons === null) return []
  const message = `From expand on a write of the old application fails where ${reasons}`
  return [warning("OLD_WRITES_MAY_FAIL", subject, message, remedy("up", "old"))]
}

/**
 * The same the other way round: `down` runs within each write of the new application, which doesn't know the old column
 * and its promises. `table`: as it is after the plan. From contract on nothing is refused: what `down` has no value for is
 * NULL then, and stops an undo.
 */
export function newWriteFindings(down: string, table: Table, promises: Promises, subject: string): readonly Finding[] {
  const reasons = reasonsOf(down, table, promises)
  if (reasons === null) return []
  const message = `Until contract, and after an undo of that, a write of the new application fails where ${reasons}; in between it is accepted, and an undo stops at its rows`
  return [warning("NEW_WRITES_MAY_FAIL", subject, message, remedy("down", "new"))]
}

function remedy(expression: "up" | "down", application: "old" | "new"): string {
  return `Have \`${expression}\` give a value for whatever the ${application} application may write (CASE, NULLIF, coalesce), or see to it that it writes no such rows.`
}

/** What a computed column promises as things are: with every check that reads it. */
export function promisesOf({ constraints, indexes }: Table, { name, type, notNull }: Column): Promises {
  const checks = constraints.filter(({ kind, columns }) => kind === "check" && columns.includes(name))
  return {
    type,
    notNull,
    check: checks.length === 0 ? null : checks.map((check) => check.name).join(", "),
    unique: indexes.some(({ unique, reads }) => unique && reads.includes(name)),
  }
}

/** In words; null: nothing that is known can fail a write. */
function reasonsOf(expression: string, table: Table, promises: Promises): string | null {
  const known = { column: (name: string) => findColumn(table, name) ?? null, isTotal }
  const reasons = [...raises(expression, known), ...refusals(expression, known, promises)]
  return reasons.length === 0 ? null : reasons.join("; ")
}

function raises(expression: string, known: Known): readonly string[] {
  const { functions, operators } = parseExpression(expression)
  const called = functions.filter((name) => !isTotal(name))
  const names = called.map(({ schema, name }) => (schema === null ? name : `${schema}.${name}`))
  const casts = refusingCasts(expression, known).map(({ schema, name }) =>
    schema === null || schema === "pg_catalog" ? name : `${schema}.${name}`,
  )
  const parts = [
    ...new Set([
      ...names.map((name) => `${name}()`),
      ...casts.filter((name) => !anyText.has(name)).map((name) => `the cast to ${name}`),
      ...operators.filter((sign) => raisingOperators.has(sign)).map((sign) => `the operator ${sign}`),
    ]),
  ]
  return parts.length === 0 ? [] : [`${parts.join(" or ")} can't process its value`]
}

function refusals(expression: string, known: Known, promises: Promises): readonly string[] {
  const reasons: string[] = []
  if (promises.notNull && mayBeNull(expression, known)) reasons.push("the computed value is NULL")
  if (/^(character varying|varchar|character|char|bpchar)\s*\(/i.test(promises.type))
    reasons.push(`the computed value is too long for ${promises.type}`)
  if (promises.check !== null) reasons.push(`the computed value breaks the check ${promises.check}`)
  if (promises.unique) reasons.push("another row holds the computed value already")
  return reasons
}

function isTotal({ schema, name }: QualifiedName): boolean {
  return (schema ?? "pg_catalog") === "pg_catalog" && totalFunctions.has(name)
}
