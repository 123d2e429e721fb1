import type { SqlStep } from "../../domain/step.ts"
import type { Phase } from "../../domain/phase.ts"
import { displayName } from "../../domain/relation.ts"
import type { Capability } from "../../domain/capability.ts"
import { parseExpression } from "../../sql/parser.ts"
import { ident, literal, none, qualified, sql } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"
import { columnCommentStep } from "../comment-step.ts"
import { checkSql, foreignKeySql } from "../constraints/definition.ts"
import { notNullSteps } from "../constraints/not-null-steps.ts"
import { uniqueSteps } from "../constraints/unique-steps.ts"
import { validatedSteps } from "../constraints/validated-steps.ts"
import { columnExists, columnWhere, hasDefault, hasType, observation } from "../observe.ts"
import type { OperationContext } from "../operation.ts"
import { sqlStep } from "../sql-step.ts"
import { resolveTable } from "../table-name.ts"
import type { AddColumn } from "./resolved.ts"

/** The column as it is, where nothing has to be filled; else what follows the backfill. */
export function addColumnSteps(add: AddColumn, context: OperationContext): readonly SqlStep[] {
  const { relation, column, scope } = add
  const phase: Phase = add.fill === null ? "expand" : "backfill"
  const at = `${phase}/${scope}`
  const steps: SqlStep[] = add.fill === null ? [plainStep(add)] : []
  if (column.comment !== undefined)
    steps.push(
      columnCommentStep(relation, column.name, column.comment, "expand", `expand/${scope}/comment-${column.name}`),
    )
  if (add.fill !== null && !add.nullable)
    steps.push(...notNullSteps(relation, column.name, phase, `${at}/not-null-${column.name}`))
  if (column.check) {
    const constraint = { relation, name: column.check.name, kind: "check", target: null } as const
    const definition = checkSql(column.check.constraint)
    steps.push(...validatedSteps({ ...constraint, definition }, phase, `${at}/check-${column.check.name}`))
  }
  if (column.unique === true)
    steps.push(
      ...uniqueSteps({ relation, name: add.uniqueName, columns: [column.name] }, phase, `${at}/unique-${column.name}`),
    )
  if (column.references)
    steps.push(...foreignKeySteps(add, context, phase, `${at}/references-${column.references.name}`))
  return steps
}

function foreignKeySteps(
  add: AddColumn,
  context: OperationContext,
  phase: Phase,
  idPrefix: string,
): readonly SqlStep[] {
  const reference = add.column.references
  if (!reference) return []
  const target = resolveTable(reference.table, context)
  const definition = foreignKeySql([add.column.name], target, [reference.column], reference)
  return validatedSteps(
    { relation: add.relation, name: reference.name, kind: "foreign key", definition, target },
    phase,
    idPrefix,
  )
}

/** One ADD COLUMN that touches no row: nullable, or with a default that PostgreSQL keeps in the catalog. */
function plainStep({ relation, column, type, nullable, default: text, scope }: AddColumn): SqlStep {
  const table = qualified(relation)
  const end = text === null ? none : sql` DEFAULT ${parenthesised(text)}`
  const matches = sql`${hasType(type)} AND ${hasDefault(text !== null)} AND a.attnotnull = ${literal(!nullable)}`
  return sqlStep({
    id: `expand/${scope}/add-column-${column.name}`,
    phase: "expand",
    summary: `Add column ${column.name} ${type} to ${displayName(relation)}`,
    sql: sql`ALTER TABLE ${table} ADD COLUMN ${ident(column.name)} ${type}${end}${nullable ? none : sql` NOT NULL`};`,
    undo: sql`ALTER TABLE IF EXISTS ${table} DROP COLUMN IF EXISTS ${ident(column.name)};`,
    observe: observation({
      after: columnWhere(relation, column.name, matches),
      before: sql`NOT ${columnExists(relation, column.name)}`,
    }),
    lock: "AccessExclusive",
    needs: ownAndType(relation, type),
    relations: [relation],
  })
}

function ownAndType(relation: AddColumn["relation"], type: string): readonly Capability[] {
  const own: Capability = { kind: "own", relation }
  // A built-in type's name has no dot.
  return type.includes(".") ? [own, { kind: "usage-on-type", type }] : [own]
}

function parenthesised(text: string): Sql {
  return sql`(${parseExpression(text).text})`
}

/** The default comes last of all: before that, it would make an old application's write look like a new one's. */
export function defaultStep({ relation, column, default: text, scope }: AddColumn): SqlStep | null {
  if (text === null) return null
  const table = qualified(relation)
  return sqlStep({
    id: `contract/${scope}/default-${column.name}`,
    phase: "contract",
    summary: `Set the default of ${displayName(relation)}.${column.name}`,
    sql: sql`ALTER TABLE ${table} ALTER COLUMN ${ident(column.name)} SET DEFAULT ${parenthesised(text)};`,
    undo: sql`ALTER TABLE ${table} ALTER COLUMN ${ident(column.name)} DROP DEFAULT;`,
    observe: observation({
      after: columnWhere(relation, column.name, hasDefault(true)),
      before: columnWhere(relation, column.name, hasDefault(false)),
    }),
    lock: "AccessExclusive",
    needs: [{ kind: "own", relation }],
    relations: [relation],
  })
}
