import type { Column, Constraint, Table } from "../../catalog/model.ts"
import type { OwnOfPartition } from "../../catalog/partition-own.ts"
import { displayName } from "../../domain/relation.ts"
import type { RelationName } from "../../domain/relation.ts"
import type { SqlStep } from "../../domain/step.ts"
import { ident, join, none, qualified, sql, trusted } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"
import { columnExists, observation } from "../observe.ts"
import { sqlStep } from "../sql-step.ts"
import { holdersOf } from "./bonds.ts"
import type { Holder } from "./bonds.ts"
import { drawsFromSequence } from "./draws-from-sequence.ts"
import { ownDefault, whileAPartition } from "./of-partition.ts"
import { rowsAgainst } from "./rejected-rows.ts"
import { commentOn, interimCheck, notNullReturns, uniqueReturns, validateReturn } from "./return-steps.ts"
import type { Returning } from "./return-steps.ts"
import { unfitRows } from "./unfit-rows.ts"

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
  /** What only partitions have on it. */
  readonly partitions: readonly OwnOfPartition[]
  /**
   * Columns of the table that the same plan hides before it: what both take part in goes with them, and comes back with
   * them, for an undo brings them back last.
   */
  readonly earlier: readonly string[]
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
  const holders = holdersOf(hiding)
  return [...holders.flatMap((holder) => proofs(hiding, holder)), renameStep(hiding, holders)]
}

function proofs({ table, computed, scope }: HiddenColumn, holder: Holder): readonly SqlStep[] {
  const { bonds, column, required } = holder
  const at = holder.table === table ? `contract/${scope}` : `contract/${scope}/${holder.table.name}`
  const returning: Returning = { relation: nameOf(holder.table), at, phase: "contract" }
  return [
    ...bonds.unique.flatMap((bond) => uniqueReturns(returning, holder.table, bond)),
    ...bonds.constraints
      .filter(({ validated }) => validated)
      .map((constraint) => checkedReturn(returning, holder.table, constraint)),
    // Of a column that keeps its promise while it is hidden, there is something to prove after purge alone.
    ...(required && (computed || comesBack(column)) ? notNullReturns(returning, holder.table, column.name) : []),
  ]
}

function checkedReturn(returning: Returning, table: Table, constraint: Constraint): SqlStep {
  const step = validateReturn(returning, constraint.name, `${constraint.kind} ${constraint.name}`, constraint.name)
  const rejects = rowsAgainst(table, constraint)
  return rejects ? { ...step, undoRejects: rejects } : step
}

/**
 * Whether the column, once dropped for good, can be added again as it was without rewriting the table under lock. An
 * identity or serial column's sequence goes with it.
 */
export function comesBack({ identity, generated, domain, default: text }: Column): boolean {
  const isSerial = text !== null && drawsFromSequence(text)
  return identity === null && generated === null && domain !== true && !isSerial
}

function renameStep(hiding: HiddenColumn, holders: readonly Holder[]): SqlStep {
  const { table, column, hidden, partitions, scope } = hiding
  const relation = nameOf(table)
  const rename = (from: string, to: string): Sql =>
    sql`ALTER TABLE ${qualified(relation)} RENAME COLUMN ${ident(from)} TO ${ident(to)};`
  const each = (statements: (holder: Holder) => readonly Sql[]): readonly Sql[] =>
    holders.flatMap((holder) =>
      holder.table === table ? statements(holder) : whileAPartition(table, holder.table, statements(holder)),
    )
  const forward = [
    ...each((holder) => drops(holder)),
    rename(column.name, hidden),
    ...each((holder) => weakened(hiding, holder)),
  ]
  const back = [rename(hidden, column.name), ...each((holder) => restored(hiding, holder))]
  const unfit = hiding.computed ? unfitRows(hidden, holders) : []
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
    ...(unfit.length > 0 && { undoDemands: unfit }),
    needs: [table, ...partitions.map(({ partition }) => partition)].map((one) => ({
      kind: "own",
      relation: nameOf(one),
    })),
    relations: [
      relation,
      ...holders.flatMap(({ bonds }) => bonds.constraints.flatMap(({ references }) => references ?? [])),
    ],
  })
}

function drops({ table, bonds }: Holder): readonly Sql[] {
  const owned = bonds.unique.flatMap(({ constraint }) => constraint ?? [])
  return [
    ...[...bonds.constraints, ...owned].map(
      ({ name }) => sql`ALTER TABLE ${qualified(table)} DROP CONSTRAINT ${ident(name)};`,
    ),
    ...bonds.unique
      .filter(({ constraint }) => constraint === null)
      .map(({ index }) => sql`DROP INDEX ${qualified({ schema: table.schema, name: index.name })};`),
  ]
}

/** An identity column has no default and can't do without NOT NULL. */
function weakened({ table, hidden, computed }: HiddenColumn, holder: Holder): readonly Sql[] {
  const { column, required, otherDefault } = holder
  const fills = column.default !== null && (holder.table === table || otherDefault)
  const actions = [...(fills ? [sql`DROP DEFAULT`] : []), ...(required ? [sql`DROP NOT NULL`] : [])]
  return computed && actions.length > 0 ? [alterColumn(holder.table, hidden, actions)] : []
}

function restored({ table, computed, partitions }: HiddenColumn, holder: Holder): readonly Sql[] {
  const { column, bonds, required } = holder
  const name = qualified(holder.table)
  const ofWhole = holder.table === table && computed && column.default !== null
  return [
    ...(ofWhole ? [alterColumn(table, column.name, [sql`SET DEFAULT ${trusted(column.default)}`])] : []),
    ...partitions.filter(({ partition }) => partition === holder.table).flatMap(ownDefault),
    ...(computed && required
      ? [
          sql`ALTER TABLE ${name} ADD CONSTRAINT ${ident(interimCheck(column.name))} CHECK (${ident(column.name)} IS NOT NULL) NOT VALID;`,
        ]
      : []),
    ...bonds.constraints.map((constraint) => addAgain(holder.table, constraint)),
  ]
}

function alterColumn(table: Table, column: string, actions: readonly Sql[]): Sql {
  return sql`ALTER TABLE ${qualified(table)} ${join(
    actions.map((action) => sql`ALTER COLUMN ${ident(column)} ${action}`),
    ", ",
  )};`
}

function nameOf({ schema, name }: Table): RelationName {
  return { schema, name }
}

/** In PostgreSQL's own words, binding new rows at once and the old ones when they were looked at. */
function addAgain(table: Table, constraint: Constraint): Sql {
  const { name, definition, validated } = constraint
  const later = validated ? sql` NOT VALID` : none
  return sql`ALTER TABLE ${qualified(table)} ADD CONSTRAINT ${ident(name)} ${trusted(definition)}${later};${commentOn(table, constraint)}`
}
