import { findColumn, type Table } from "../catalog/model.ts"
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
  const known = { column: (name: string) => findColumn(table, name) ?? null, isTotal }
  const reasons = [...raises(up, known), ...refusals(up, known, promises)]
  if (reasons.length === 0) return []
  return [
    warning(
      "OLD_WRITES_MAY_FAIL",
      subject,
      `From expand on a write of the old application fails where ${reasons.join("; ")}`,
      "Have `up` give a value for whatever the old application may write (CASE, NULLIF, coalesce), or see to it that it writes no such rows.",
    ),
  ]
}

function raises(up: string, known: Known): readonly string[] {
  const { functions, operators } = parseExpression(up)
  const called = functions.filter((name) => !isTotal(name))
  const names = called.map(({ schema, name }) => (schema === null ? name : `${schema}.${name}`))
  const casts = refusingCasts(up, known).map(({ schema, name }) =>
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

function refusals(up: string, known: Known, promises: Promises): readonly string[] {
  const reasons: string[] = []
  if (promises.notNull && mayBeNull(up, known)) reasons.push("the computed value is NULL")
  if (/^(character varying|varchar|character|char|bpchar)\s*\(/i.test(promises.type))
    reasons.push(`the computed value is too long for ${promises.type}`)
  if (promises.check !== null) reasons.push(`the computed value breaks the check ${promises.check}`)
  if (promises.unique) reasons.push("another row holds the computed value already")
  return reasons
}

function isTotal({ schema, name }: QualifiedName): boolean {
  return (schema ?? "pg_catalog") === "pg_catalog" && totalFunctions.has(name)
}
