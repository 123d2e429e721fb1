import type { Catalog, Index, Table } from "../../catalog/model.ts"
import { ownOfPartitions } from "../../catalog/partition-own.ts"
import { leavesOf } from "../../catalog/partitions.ts"
import { displayName } from "../../domain/relation.ts"
import type { SqlStep } from "../../domain/step.ts"
import { rebindIndex } from "../../sql/rebind.ts"
import { ident, qualified, sql, trusted } from "../../sql/sql.ts"
import { holdersOf } from "../hide/bonds.ts"
import { hiddenName } from "../hide/hidden-name.ts"
import type { HiddenColumn } from "../hide/hide-column.ts"
import { indexReturn, interimCheck, readable, returnStep } from "../hide/return-steps.ts"
import type { Returning } from "../hide/return-steps.ts"
import { columnWhere, constraintWhere, indexWhere, observation, relationOid } from "../observe.ts"
import { sqlStep } from "../sql-step.ts"

/**
 * Plain indexes that go with the columns when purge drops them: built again on the way back, before the old application
 * sees the columns. On a partitioned table partition by partition, so that nobody waits; the index of the whole then
 * takes those over.
 */
export function indexReturns(
  table: Table,
  hidden: readonly HiddenColumn[],
  catalog: Catalog,
  scope: string,
): readonly SqlStep[] {
  const isWhole = table.partitioning === "parent"
  const whole = isWhole ? lostIndexes(table, hidden) : []
  const leaves = isWhole ? leavesOf(table, catalog) : [table]
  // A partition that is partitioned itself may have some of its own.
  const own = hidden
    .flatMap(({ column }) => ownOfPartitions(table, column.name, catalog))
    .filter(({ partition }) => partition.partitioning === "parent")
  return [
    ...whole.map((index) => parentReturn(returningTo(table, scope), index)),
    ...own.flatMap(({ partition, indexes }) =>
      lostIndexes({ ...partition, indexes }, hidden).map((index) => parentReturn(returningTo(partition, scope), index)),
    ),
    ...leaves.flatMap((leaf) =>
      lostIndexes(leaf, hidden).map((index) => indexReturn(returningTo(leaf, scope), index, idOf(leaf, table, index))),
    ),
  ]
}

type LostIndex = Pick<Index, "name" | "definition" | "unique" | "reads">

/** As they are while the columns are hidden. What hiding itself has dropped, the way back from hiding brings again. */
function lostIndexes(table: Table, hidden: readonly HiddenColumn[]): readonly LostIndex[] {
  const renaming = (name: string): string => hidden.find(({ column }) => column.name === name)?.hidden ?? name
  return table.indexes
    .filter(
      ({ valid, constraint, reads }) => valid && constraint === null && reads.some((name) => renaming(name) !== name),
    )
    .filter(({ unique }) => !unique)
    .map((index) => {
      const by = hidden.find(({ replaced, column }) => replaced && index.reads.includes(column.name))
      const name = by ? hiddenName(index.name, by.revision) : index.name
      const definition = rebindIndex(index.definition, name, renaming)
      return { name, definition, unique: index.unique, reads: index.reads.map(renaming) }
    })
}

/** Takes over the partitions' indexes; holds writers up only for what a partition that is new since lacks. */
function parentReturn({ relation, at, phase }: Returning, { name, definition, reads }: LostIndex): SqlStep {
  const isThere = indexWhere(relation, name, sql`x.indisvalid`)
  const hasColumns = readable(relation, { reads })
  return sqlStep({
    ...returnStep(relation, phase),
    id: `${at}/index-${name}`,
    summary: `On the way back: make the partitions' indexes index ${name} of ${displayName(relation)}`,
    // PostgreSQL prints the index of a partitioned table as one of it alone.
    undo: trusted(`${definition.replace(/^(CREATE (?:UNIQUE )?INDEX "(?:[^"]|"")+" ON )ONLY /, "$1")};`),
    observe: observation({
      after: sql`${relationOid({ schema: relation.schema, name })} IS NULL AND ${hasColumns}`,
      before: sql`${isThere} OR NOT (${hasColumns})`,
    }),
    lock: "Share",
  })
}

/**
 * A column that kept its NOT NULL while it was hidden, in the table or in a partition alone: new rows are held to it
 * before it is proven for the others.
 */
export function requiredReturns(hiding: HiddenColumn): readonly SqlStep[] {
  if (hiding.computed) return []
  return holdersOf(hiding)
    .filter(({ required }) => required)
    .map(({ table }) => requiredReturn(hiding, table))
}

function requiredReturn({ table, column, hidden, scope }: HiddenColumn, holder: Table): SqlStep {
  const { relation, at, phase } = returningTo(holder, scope)
  const check = interimCheck(column.name)
  const exists = constraintWhere(relation, check, sql`TRUE`)
  const isOpen = sql`${columnWhere(relation, hidden, sql`NOT a.attnotnull`)} AND NOT ${exists}`
  return sqlStep({
    ...returnStep(relation, phase),
    id: holder === table ? `${at}/not-null-${column.name}` : `${at}/not-null-${holder.name}-${column.name}`,
    summary: `On the way back: allow no new NULL in ${displayName(relation)}.${column.name}`,
    undo: sql`ALTER TABLE ${qualified(relation)} ADD CONSTRAINT ${ident(check)} CHECK (${ident(hidden)} IS NOT NULL) NOT VALID;`,
    observe: observation({ after: isOpen, before: sql`NOT (${isOpen})` }),
    lock: "AccessExclusive",
  })
}

function returningTo({ schema, name }: Table, scope: string): Returning {
  return { relation: { schema, name }, at: `purge/${scope}`, phase: "purge" }
}

function idOf(leaf: Table, table: Table, { name }: LostIndex): string {
  return leaf === table ? `index-${name}` : `index-${leaf.name}-${name}`
}
