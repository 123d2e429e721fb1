import type { Catalog } from "../../catalog/model.ts"
import type { DataCheck, EachRow, ExpressionCheck } from "../../domain/plan.ts"
import { displayName } from "../../domain/relation.ts"
import { bindColumns } from "../../sql/parser.ts"
import { ident, literal, qualified, sql } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"
import { assignmentType } from "../../sql/type-name.ts"
import type { OperationContext } from "../operation.ts"
import { duplicateRows, everyRow, rowsWhere } from "../offending-rows.ts"
import { walkOf } from "../sync/walk-key.ts"
import { resolveTable } from "../table-name.ts"
import { isComparable } from "../volatility.ts"
import type { AddColumn } from "./resolved.ts"

const inTable = (column: string): Sql => sql`t.${ident(column)}`

/** The value that the rows that exist will hold, over the row `t`; not cut to the column's length yet. */
function valueOf(add: AddColumn): Sql {
  const text = add.fill ?? add.default
  return text === null
    ? sql`NULL::${add.type}`
    : sql`((${bindColumns(text, inTable)})::${assignmentType(add.baseType)})`
}

/** Rows that the new column can't hold, each listed by its key. */
export function dataChecksOf(add: AddColumn, catalog: Catalog, context: OperationContext): readonly DataCheck[] {
  const { column, relation, nullable } = add
  const walk = walkOf(add.table)
  const value = valueOf(add)
  const rows = (condition: Sql): Sql => rowsWhere(walk, condition)
  const checks: DataCheck[] = []
  const each = add.fill === null ? {} : { each: failing(add, everyRow(walk), value) }
  const expect = (code: string, message: string, hint: string, text: Sql): void => {
    checks.push({ code, relation, message: `${add.subject}: ${message}`, hint, sql: text, ...each })
  }
  if (add.fill !== null && !nullable) {
    // A column that is altered without `up` keeps its own values.
    const isOwn = add.fill === ident(column.name)
    expect(
      "VALUE_IS_NULL",
      isOwn
        ? "these rows hold NULL, which the column will not allow"
        : "the expression gives NULL for these rows, which the column doesn't allow",
      isOwn
        ? "Give them a value first, or have `up` compute one (coalesce(…, ''))."
        : "Have `up` give a value for them (coalesce(…, '')), mend the rows, or set nullable: true.",
      rows(sql`${value} IS NULL`),
    )
  }
  const longest = /^(?:character|character varying|bit varying|bit)\((\d+)\)$/.exec(add.baseType)?.[1]
  if (longest !== undefined && (add.fill ?? add.default) !== null)
    expect(
      "VALUE_TOO_LONG",
      `the expression gives values longer than ${add.baseType} for these rows`,
      "Use a longer type, or cut them in `up` (left(…)).",
      rows(sql`length(${trimmed(add, value)}) > ${literal(Number(longest))}`),
    )
  if (column.check)
    expect(
      "CHECK_VIOLATED",
      `these rows would violate the check ${column.check.name}`,
      "Have `up` give them another value, mend the rows, or weaken the check.",
      rows(sql`(${checkOver(add, value)}) IS FALSE`),
    )
  // Of a value that is another each time, nothing can be said beforehand.
  if (column.unique === true && isComparable(add.fill ?? "NULL", catalog))
    expect(
      "DUPLICATE_VALUES",
      "other rows would hold the same value as these, which the unique constraint will not allow",
      "Have `up` give each row its own value, or mend the rows.",
      duplicateRows(walk, [value]),
    )
  // NULL points to nothing, so nothing can be missing.
  if (column.references && (add.fill ?? add.default) !== null) {
    const parent = resolveTable(column.references.table, context)
    const match = sql`NOT EXISTS (SELECT FROM ${qualified(parent)} AS parent WHERE parent.${ident(column.references.column)} = ${value})`
    expect(
      "REFERENCED_ROW_MISSING",
      `these rows would point to no row of ${displayName(parent)}`,
      "Add the missing rows, or have `up` give NULL for them.",
      rows(sql`${value} IS NOT NULL AND ${match}`),
    )
  }
  return checks
}

function failing({ subject, fill, column }: AddColumn, rows: Sql, value: Sql): EachRow {
  const what = fill === ident(column.name) ? "its type doesn't take what these rows hold" : "`up` fails for these rows"
  return { message: `${subject}: ${what}`, rows, value }
}

/** An assignment to a character type lets go of blanks beyond the length, as the standard has it. */
function trimmed(add: AddColumn, value: Sql): Sql {
  return add.baseType.startsWith("character") ? sql`rtrim(${value}::text)` : value
}

function checkOver(add: AddColumn, value: Sql): Sql {
  const condition = add.column.check?.constraint ?? "TRUE"
  return bindColumns(condition, (name) => (name === add.column.name ? sql`(${value}::${add.type})` : inTable(name)))
}

/** What PostgreSQL itself has to accept: types and expressions that we can only read, not resolve. */
export function expressionChecksOf(add: AddColumn): readonly ExpressionCheck[] {
  const { relation, column, type, subject } = add
  const checks: ExpressionCheck[] = [{ relation, subject: `${subject}: type`, expression: sql`NULL`, type }]
  if (add.fill !== null && add.fill !== add.default)
    checks.push({ relation, subject: `${subject}: up`, expression: bindColumns(add.fill, ident), type })
  if (add.default !== null)
    checks.push({
      relation,
      subject: `${subject}: default`,
      expression: bindColumns(add.default, ident),
      type,
      default: "named",
    })
  if (column.check) {
    // The column isn't there yet: a NULL of its type stands for it.
    const expression = bindColumns(column.check.constraint, (name) =>
      name === column.name ? sql`(NULL::${type})` : ident(name),
    )
    checks.push({ relation, subject: `${subject}: check`, expression, type: "boolean" })
  }
  return checks
}
