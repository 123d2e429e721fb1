import type { Sync, SyncColumn } from "../../domain/backfill.ts"
import { sha256 } from "../../domain/hash.ts"
import { displayName } from "../../domain/relation.ts"
import type { SqlStep } from "../../domain/step.ts"
import type { TriggerSet } from "../../domain/trigger-set.ts"
import { ident, join, literal, none, qualified, sql, trusted } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"
import { carryGrants, carrySettings } from "./carry-over.ts"
import { allOf, anyOf, computed } from "./group-direction.ts"
import {
  columnExists,
  columnWhere,
  functionOid,
  hasDefault,
  hasType,
  observation,
  triggerGone,
  triggerNowhereElse,
  triggerWhere,
} from "../observe.ts"
import { sqlStep } from "../sql-step.ts"
import { functionBody } from "./trigger-function.ts"
import { createTriggers, dropTriggers } from "./triggers.ts"

/**
 * The beginning of a table's dual write, in one transaction: new columns (nullable and without default, so that no row
 * is rewritten and an old application's INSERT isn't mistaken for a new one's), marker, function, triggers. A column
 * without its trigger, or a trigger without its column, would fail or miss an application's write.
 */
export function syncStep(sync: Sync, id: string): SqlStep {
  const table = qualified(sync.relation)
  const added = addedColumns(sync)
  const columns = [...added.map(columnDefinition), sql`ADD COLUMN ${ident(sync.marker)} boolean`]
  const dropped = [...added.map(({ name }) => name), sync.marker].map(
    (name) => sql`DROP COLUMN IF EXISTS ${ident(name)}`,
  )
  const written = added.length > 0 ? added : sync.groups.flatMap(({ old }) => computed(old))
  const names = written.map(({ name, shown }) => shown ?? name).join(", ")
  return sqlStep({
    id,
    phase: "expand",
    summary: `Begin dual write of ${names} in ${displayName(sync.relation)}: columns, marker, function and triggers`,
    sql: sql`ALTER TABLE ${table}
  ${join(columns, ",\n  ")};
${join(
  added.map((column) => carriedOver(sync, column)),
  "",
)}${createTriggers(sync)}`,
    undo: sql`${dropTriggers(sync)}
ALTER TABLE IF EXISTS ${table}
  ${join(dropped, ",\n  ")};`,
    observe: observeSync(sync),
    lock: "AccessExclusive",
    needs: [
      { kind: "own", relation: sync.relation },
      { kind: "create-on-database" }, // for schema sluice, where the function lives
    ],
    relations: [sync.relation],
  })
}

function columnDefinition(column: SyncColumn): Sql {
  // Both are PostgreSQL's own words.
  const collation = column.collation === null ? none : sql` COLLATE ${trusted(column.collation)}`
  return sql`ADD COLUMN ${ident(column.name)} ${trusted(column.type)}${collation}`
}

/** Whoever may use the first column may use the second one from its first instant: through a view, with their own rights. */
function carriedOver({ relation }: Sync, { name, secondOf }: SyncColumn): Sql {
  if (secondOf === undefined) return none
  return sql`${carryGrants(relation, secondOf, name)}\n${carrySettings(relation, secondOf, name)}\n`
}

/** The triggers of dual write, from expand to contract. */
export function dualWriteTriggers(sync: Sync): TriggerSet {
  const { relation, marker, insertTrigger, updateTrigger } = sync
  return {
    relation,
    keeps: `the old and the new shape of ${displayName(relation)}`,
    function: sync.function,
    helpers: [],
    triggers: [insertTrigger, updateTrigger],
    columns: [...addedColumns(sync).map(({ name }) => name), marker],
  }
}

/** The new columns that the sync step adds. */
export function addedColumns(sync: Sync): readonly SyncColumn[] {
  return sync.groups.flatMap((group) => group.new.filter((column) => column.added))
}

function observeSync(sync: Sync): Sql {
  const { relation, marker } = sync
  const added = addedColumns(sync)
  const there = [
    ...added.map((column) => columnWhere(relation, column.name, hasType(column.type))),
    columnWhere(relation, marker, sql`${hasType("boolean")} AND ${hasDefault(false)}`),
    hasFunction(sync),
    ...triggersThere(sync),
  ]
  const absent = [
    ...[...added.map(({ name }) => name), marker].map((name) => sql`NOT ${columnExists(relation, name)}`),
    ...[sync.insertTrigger, sync.updateTrigger].map(triggerGone),
  ]
  // Somebody has taken a part of it away, and no table that was renamed has the rest: the undo takes what there is.
  const ours = [
    columnWhere(relation, marker, hasType("boolean")),
    ...added.map((column, index) => markerDropped(sync, column, added.length - index)),
  ]
  const partial = [
    sql`(${anyOf(ours)})`,
    ...[sync.insertTrigger, sync.updateTrigger].map((name) => triggerNowhereElse(relation, name)),
  ]
  return observation({ after: allOf(there), before: allOf(absent), partial: allOf(partial) })
}

/**
 * The marker was dropped, and its place tells that the added column is ours: as far behind it as the step put the marker
 * stands a dropped column as wide as a boolean. PostgreSQL never gives a column's number away again, and a copy that
 * bears the table's name doesn't take dropped columns over.
 */
function markerDropped({ relation }: Sync, { name, type }: SyncColumn, distance: number): Sql {
  return columnWhere(
    relation,
    name,
    sql`${hasType(type)}
    AND EXISTS (SELECT FROM pg_attribute AS m
      WHERE m.attrelid = a.attrelid AND m.attnum = a.attnum + ${literal(distance)}
        AND m.attisdropped AND m.attlen = 1)`,
  )
}

/** Both triggers are there, fire always, on every partition too, and call our function. */
export function triggersThere(sync: Sync): readonly Sql[] {
  const ours = sql`g.tgenabled = 'A' AND g.tgfoid = ${functionOid(sync.function)}`
  return [sync.insertTrigger, sync.updateTrigger].flatMap((name) => [
    triggerWhere(sync.relation, name, ours),
    sql`NOT EXISTS (SELECT FROM pg_trigger AS g WHERE g.tgname = ${literal(name)} AND NOT (${ours}))`,
  ])
}

/** The function is there with exactly this source. */
function hasFunction(sync: Sync): Sql {
  return sql`EXISTS (SELECT FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
  WHERE n.nspname = 'sluice' AND p.proname = ${literal(sync.function)}
    AND encode(sha256(convert_to(p.prosrc, 'UTF8')), 'hex') = ${literal(sha256(functionBody(sync)))})`
}
