import type { Constraint, Index, Table } from "../../catalog/model.ts"
import type { Phase } from "../../domain/phase.ts"
import { displayName } from "../../domain/relation.ts"
import type { RelationName } from "../../domain/relation.ts"
import type { SqlStep } from "../../domain/step.ts"
import { indexSettings } from "../../sql/index-settings.ts"
import { ident, join, literal, none, qualified, sql, textArray } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"
import { addUniqueUsing, concurrently, dropConcurrently } from "../constraints/index-copy-steps.ts"
import { saidOfIndex } from "../indexes/said-of-index.ts"
import { fittingName, reservedPrefix } from "../names.ts"
import { columnExists, constraintWhere, indexWhere, observation, relationOid } from "../observe.ts"
import { sqlStep } from "../sql-step.ts"
import { allOf } from "../sync/group-direction.ts"
import type { UniqueBond } from "./bonds.ts"
import { rowsAlike, rowsWithNull } from "./rejected-rows.ts"

/**
 * What a hidden column's promises need when it comes back. Un-hiding takes milliseconds and adds them unproven; these
 * steps, which do nothing on the way forward, then prove them while applications write. They stand before the hiding
 * step, last one first, because a way back is walked backwards.
 */
export interface Returning {
  readonly relation: RelationName
  /** What step ids begin with: `contract/users`. */
  readonly at: string
  /** The phase of the step that they follow on the way back. */
  readonly phase: Phase
}

/** The check that stands in for NOT NULL until every row was looked at. */
export function interimCheck(column: string): string {
  return fittingName(`${reservedPrefix}_not_null_${column}`)
}

export function notNullReturns(
  { at, phase }: Omit<Returning, "relation">,
  whole: Table,
  column: string,
): readonly SqlStep[] {
  const relation = { schema: whole.schema, name: whole.name }
  const table = qualified(relation)
  const check = interimCheck(column)
  const exists = constraintWhere(relation, check, sql`TRUE`)
  const subject = `${displayName(relation)}.${column}`
  return [
    sqlStep({
      ...returnStep(relation, phase),
      id: `${at}/not-null-${column}/set`,
      summary: `On the way back: set ${subject} NOT NULL again`,
      undo: sql`ALTER TABLE ${table} ALTER COLUMN ${ident(column)} SET NOT NULL;
ALTER TABLE ${table} DROP CONSTRAINT ${ident(check)};`,
      observe: observation({ after: exists, before: sql`NOT ${exists}` }),
      lock: "AccessExclusive",
    }),
    {
      ...validateReturn({ relation, at, phase }, check, `that no value of ${subject} is NULL`, `not-null-${column}`),
      undoRejects: rowsWithNull(whole, column),
    },
  ]
}

/** Reads the whole table under a lock that stops no application. */
export function validateReturn(
  { relation, at, phase }: Returning,
  constraint: string,
  what: string,
  id: string,
): SqlStep {
  const isOpen = constraintWhere(relation, constraint, sql`NOT o.convalidated`)
  return sqlStep({
    ...returnStep(relation, phase),
    id: `${at}/${id}/validate`,
    summary: `On the way back: validate ${what}`,
    undo: sql`ALTER TABLE ${qualified(relation)} VALIDATE CONSTRAINT ${ident(constraint)};`,
    observe: observation({ after: isOpen, before: sql`NOT ${isOpen}` }),
    lock: "ShareUpdateExclusive",
  })
}

/**
 * A unique index is built concurrently, and where it was a constraint's, taken over by that again. Last comes what was said
 * of it, which goes with an index.
 */
export function uniqueReturns(
  returning: Returning,
  table: Table,
  { index, constraint }: UniqueBond,
): readonly SqlStep[] {
  const build = indexReturn(returning, index, `unique-${index.name}/index`)
  const rejects = rowsAlike(table, index)
  return [
    ...saidReturn(returning, index),
    ...(constraint ? [constraintReturn(returning, constraint, index)] : []),
    rejects ? { ...build, undoRejects: rejects } : build,
  ]
}

function saidReturn({ relation, at, phase }: Returning, index: Index): readonly SqlStep[] {
  const { name, comment, settings = [], clustered } = index
  const mark = sql`ALTER TABLE ${qualified(relation)} CLUSTER ON ${ident(name)};`
  const again = [...saidOfIndex(relation, index), ...(clustered ? [mark] : [])]
  if (again.length === 0) return []
  const isSaid = allOf([
    ...(comment === undefined
      ? []
      : [sql`obj_description(x.indexrelid, 'pg_class') IS NOT DISTINCT FROM ${literal(comment)}`]),
    ...(settings.length === 0 ? [] : [sql`${indexSettings} @> ${textArray(settings)}`]),
    ...(clustered ? [sql`x.indisclustered`] : []),
  ])
  const isOpen = indexWhere(relation, name, sql`x.indisvalid AND NOT (${isSaid})`)
  return [
    sqlStep({
      ...returnStep(relation, phase),
      id: `${at}/unique-${name}/said`,
      summary: `On the way back: say again what was said of index ${name}`,
      undo: join(again, "\n"),
      observe: observation({ after: isOpen, before: sql`NOT ${isOpen}` }),
      lock: "ShareUpdateExclusive",
    }),
  ]
}

function constraintReturn({ relation, at, phase }: Returning, constraint: Constraint, index: Index): SqlStep {
  const { name } = constraint
  const exists = constraintWhere(relation, name, sql`TRUE`)
  const hasColumns = readable(relation, index)
  return sqlStep({
    ...returnStep(relation, phase),
    id: `${at}/unique-${name}/constraint`,
    summary: `On the way back: make index ${name} the unique constraint again`,
    undo: sql`${addUniqueUsing(relation, name, constraint.definition)}${commentOn(relation, constraint)}`,
    observe: observation({
      after: sql`NOT ${exists} AND ${hasColumns}`,
      before: sql`${exists} OR NOT (${hasColumns})`,
    }),
    lock: "AccessExclusive",
  })
}

/** A partition that was dropped or detached meanwhile has none of them, or not by these names. */
export function readable(relation: RelationName, { reads }: Pick<Index, "reads">): Sql {
  return join(
    reads.map((column) => columnExists(relation, column)),
    " AND ",
  )
}

/** Builds an index of the table from PostgreSQL's own words. */
export function indexReturn(
  { relation, at, phase }: Returning,
  { name, definition, unique, reads }: Pick<Index, "name" | "definition" | "unique" | "reads">,
  id: string,
): SqlStep {
  const place = { schema: relation.schema, name }
  const hasColumns = readable(relation, { reads })
  return sqlStep({
    ...returnStep(relation, phase),
    id: `${at}/${id}`,
    summary: `On the way back: build ${unique ? "unique " : ""}index ${name} concurrently`,
    undo: concurrently(definition),
    observe: observation({
      after: sql`${relationOid(place)} IS NULL AND ${hasColumns}`,
      before: sql`${indexWhere(relation, name, unique ? sql`x.indisunique AND x.indisvalid` : sql`x.indisvalid`)} OR NOT (${hasColumns})`,
      partial: indexWhere(relation, name, sql`NOT x.indisvalid`),
    }),
    repair: dropConcurrently(place),
    transactional: false,
    lock: "ShareUpdateExclusive",
  })
}

/** What steps for the way back alone have in common. */
export function returnStep(relation: RelationName, phase: Phase) {
  return {
    phase,
    back: true,
    sql: sql``,
    needs: [{ kind: "own", relation }],
    relations: [relation],
  } as const
}

/** The constraint's comment once more, as a statement of its own; nothing where it has none. */
export function commentOn(relation: RelationName, { name, comment }: Constraint): Sql {
  return comment === null
    ? none
    : sql`\nCOMMENT ON CONSTRAINT ${ident(name)} ON ${qualified(relation)} IS ${literal(comment)};`
}
