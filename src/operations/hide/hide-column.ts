import type { Column, Constraint, Index, Table } from "../../catalog/model.ts"
import { displayName } from "../../domain/relation.ts"
import type { SqlStep } from "../../domain/step.ts"
import { ident, join, none, qualified, sql, trusted } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"
import { columnExists, observation } from "../observe.ts"
import { sqlStep } from "../sql-step.ts"
import { drawsFromSequence } from "./draws-from-sequence.ts"
import { rowsAgainst } from "./rejected-rows.ts"
import { commentOn, interimCheck, notNullReturns, uniqueReturns, validateReturn } from "./return-steps.ts"
import type { Returning } from "./return-steps.ts"

export interface HiddenColumn {
  readonly table: Table
  readonly column: Column
  /** Its name while it is hidden. */
  readonly hidden: string
  /**
   * True where something goes on computing it from the new shape: what it can't hold then becomes NULL, so that it
   * promises nothing until it comes back. False: its default, identity or NULL is all that new rows get.
   */
  readonly computed: boolean
  /** True where a second column takes its name, so that its plain indexes have hidden names as well while it is hidden. */
  readonly replaced: boolean
  readonly revision: string
  /** What step ids have after their phase: the table's name. */
  readonly scope: string
}

/**
 * Hides a column instead of dropping it: renamed in place, with its values, indexes, grants, comment and statistics.
 * Its constraints go, because a shape that nobody uses must not refuse a write of the new one. The undo brings all of
 * it back in one short transaction; what has to be proven again, the steps before this one do.
 */
export function hideColumnSteps(hiding: HiddenColumn): readonly SqlStep[] {
  const { table, column, scope } = hiding
  const relation = { schema: table.schema, name: table.name }
  const returning: Returning = { relation, at: `contract/${scope}`, phase: "contract" }
  const bonds = bondsOf(table, column.name)
  const proofs = [
    ...bonds.unique.flatMap(({ index, constraint }) => uniqueReturns(returning, index, constraint)),
    ...bonds.constraints
      .filter(({ validated }) => validated)
      .map((constraint) => checkedReturn(returning, table, constraint)),
  ]
  // Of a column that keeps its promise while it is hidden, there is something to prove after purge alone.
  const required =
    column.notNull && (hiding.computed || comesBack(column)) ? notNullReturns(returning, table, column.name) : []
  return [...proofs, ...required, renameStep(hiding, bonds)]
}

function checkedReturn(returning: Returning, table: Table, constraint: Constraint): SqlStep {
  const step = validateReturn(returning, constraint.name, `${constraint.kind} ${constraint.name}`, constraint.name)
  const rejects = rowsAgainst(table, constraint)
  return rejects ? { ...step, undoRejects: rejects } : step
}

/** What a column is bound to and would refuse a write for. */
export interface Bonds {
  /** Checks and foreign keys. */
  readonly constraints: readonly Constraint[]
  /** Unique indexes, with the constraint that owns them where one does. */
  readonly unique: readonly { readonly index: Index; readonly constraint: Constraint | null }[]
}

export function bondsOf(table: Table, column: string): Bonds {
  const constraints = table.constraints.filter(
    ({ kind, columns }) => (kind === "check" || kind === "foreign key") && columns.includes(column),
  )
  const indexes = table.indexes.filter(({ unique, reads }) => unique && reads.includes(column))
  const ownerOf = (index: Index): Constraint | null =>
    table.constraints.find(({ name }) => name === index.constraint) ?? null
  return { constraints, unique: indexes.map((index) => ({ index, constraint: ownerOf(index) })) }
}

/**
 * Whether the column, once dropped for good, can be added again as it was without rewriting the table under lock. An
 * identity or serial column's sequence goes with it.
 */
export function comesBack({ identity, generated, domain, default: text }: Column): boolean {
  const isSerial = text !== null && drawsFromSequence(text)
  return identity === null && generated === null && domain !== true && !isSerial
}

function renameStep({ table, column, hidden, computed, scope }: HiddenColumn, { constraints, unique }: Bonds): SqlStep {
  const relation = { schema: table.schema, name: table.name }
  const name = qualified(table)
  const owned = unique.flatMap(({ constraint }) => constraint ?? [])
  const drops = [
    ...[...constraints, ...owned].map(
      (constraint) => sql`ALTER TABLE ${name} DROP CONSTRAINT ${ident(constraint.name)};`,
    ),
    ...unique
      .filter(({ constraint }) => constraint === null)
      .map(({ index }) => sql`DROP INDEX ${qualified({ schema: table.schema, name: index.name })};`),
  ]
  const adds = constraints.map((constraint) => addAgain(table, constraint))
  const weaken = computed ? weakened(column) : []
  const alter = (column: string, actions: readonly Sql[]): Sql =>
    sql`ALTER TABLE ${name} ${join(
      actions.map((action) => sql`ALTER COLUMN ${ident(column)} ${action}`),
      ", ",
    )};`
  const forward = [
    ...drops,
    sql`ALTER TABLE ${name} RENAME COLUMN ${ident(column.name)} TO ${ident(hidden)};`,
    ...(weaken.length > 0 ? [alter(hidden, weaken)] : []),
  ]
  const restored =
    computed && column.default !== null ? [alter(column.name, [sql`SET DEFAULT ${trusted(column.default)}`])] : []
  const required =
    computed && column.notNull
      ? [
          sql`ALTER TABLE ${name} ADD CONSTRAINT ${ident(interimCheck(column.name))} CHECK (${ident(column.name)} IS NOT NULL) NOT VALID;`,
        ]
      : []
  const back = [
    sql`ALTER TABLE ${name} RENAME COLUMN ${ident(hidden)} TO ${ident(column.name)};`,
    ...restored,
    ...required,
    ...adds,
  ]
  const [isThere, isHidden] = [columnExists(table, column.name), columnExists(table, hidden)]
  return sqlStep({
    id: `contract/${scope}/hide-${column.name}`,
    phase: "contract",
    summary: `Hide column ${column.name} of ${displayName(table)}`,
    sql: join(forward, "\n"),
    undo: join(back, "\n"),
    // Another column may have taken the name since.
    observe: observation({ after: isHidden, before: isThere }),
    lock: "AccessExclusive",
    endsOldShape: true,
    needs: [{ kind: "own", relation }],
    relations: [relation, ...constraints.flatMap(({ references }) => references ?? [])],
  })
}

/** An identity column has no default and can't do without NOT NULL. */
function weakened(column: Column): readonly Sql[] {
  return [...(column.default === null ? [] : [sql`DROP DEFAULT`]), ...(column.notNull ? [sql`DROP NOT NULL`] : [])]
}

/** In PostgreSQL's own words, binding new rows at once and the old ones when they were looked at. */
function addAgain(table: Table, constraint: Constraint): Sql {
  const { name, definition, validated } = constraint
  const later = validated ? sql` NOT VALID` : none
  return sql`ALTER TABLE ${qualified(table)} ADD CONSTRAINT ${ident(name)} ${trusted(definition)}${later};${commentOn(table, constraint)}`
}
