import { hasErrors } from "../domain/finding.ts"
import { findTable, keyOf, withTables } from "../catalog/model.ts"
import type { Catalog, Table } from "../catalog/model.ts"
import type { Finding } from "../domain/finding.ts"
import { displayName, isSameRelation } from "../domain/relation.ts"
import type { ColumnName, RelationName } from "../domain/relation.ts"
import type { ShownColumn } from "../operations/operation.ts"
import type { BoundOperation, Shapes } from "./bound-operation.ts"
import { culpritOf, type Stage } from "./culprit.ts"
import { opaqueTo } from "./opaque-relations.ts"
import { rivalOf } from "./rival.ts"
import { restricted, settled } from "./settled.ts"
import type { Movements } from "./settled.ts"
import { unlessRefused } from "./unless-refused.ts"

/** An operation together with the catalogs that it is asked about. */
export interface JudgedOperation {
  readonly operation: BoundOperation
  /**
   * `before`: the catalog before the plan, and the tables that earlier operations of the plan create; for one that is
   * built on the shape after the plan, with the columns, too, that they add and without those that they move.
   */
  readonly shapes: Shapes
}

export interface Judgement {
  readonly operations: readonly JudgedOperation[]
  readonly findings: readonly Finding[]
  /** The catalog once all of it is contracted; as far as it came where there are errors. */
  readonly after: Catalog
  /** Where columns of that catalog lie until then. */
  readonly shown: readonly ShownColumn[]
}

/**
 * Asks each operation whether it can be done. A plan is one concatenated change: its expressions see the shape before
 * the plan, its indexes and constraints the one after. An operation that would only be right after an earlier one has
 * been contracted is refused, with the revision to start first; so is one that contradicts another.
 */
export function judgeOperations(operations: readonly BoundOperation[], catalog: Catalog): Judgement {
  const judged: JudgedOperation[] = []
  const findings: Finding[] = []
  const after = afterAll(operations, catalog)
  const shown = operations.flatMap((operation) => unlessRefused(() => operation.shown(catalog), []))
  let running = catalog
  let movements: Movements = { added: [], parts: [], hidden: [] }
  const stages: Stage[] = []
  for (const [index, bound] of operations.entries()) {
    stages.push({ running, movements })
    const earlier = operations.slice(0, index)
    const operation = bound.knowing({
      tables: createdTables(catalog, running),
      columns: movements.added,
      hidden: movements.hidden,
    })
    const beforeAt = (stage: Stage): Catalog =>
      operation.seesAfter ? settled(catalog, stage.running, stage.movements) : withCreatedTables(catalog, stage.running)
    const before = beforeAt({ running, movements })
    const shapes = { before, after, shown }
    const culprit = () => culpritOf(operation, earlier, { shapes, stages, beforeAt })
    const found = judge(operation, earlier, { shapes, running, catalog, culprit })
    findings.push(...found.map((finding) => ({ ...finding, ...(finding.file === undefined && bound.place) })))
    if (hasErrors(found)) continue
    judged.push({ operation, shapes })
    movements = {
      added: [...movements.added, ...operation.adds(before)],
      parts: [...movements.parts, ...[operation.sync(shapes) ?? []].flat()],
      hidden: [...movements.hidden, ...leftBehind(operation, shapes)],
    }
    running = operation.after(running)
  }
  const left = settled(catalog, running, movements)
  return { operations: judged, findings: distinct([...findings, ...lostLater(judged, left)]), after: running, shown }
}

/** Columns that it hides and gives no other one in their place. */
function leftBehind(operation: BoundOperation, shapes: Shapes): readonly ColumnName[] {
  return operation
    .hides(shapes)
    .filter(({ replaced }) => !replaced)
    .map(({ table: { schema, name }, column }) => ({ relation: { schema, name }, column: column.name }))
}

/** The catalog once all operations are contracted; those that can't be done, and will be refused, leave it as it is. */
function afterAll(operations: readonly BoundOperation[], catalog: Catalog): Catalog {
  return operations.reduce((running, operation) => unlessRefused(() => operation.after(running), running), catalog)
}

/** Indexes and constraints on something that a later operation moves: they would go with it at contract. */
function lostLater(judged: readonly JudgedOperation[], left: Catalog): readonly Finding[] {
  return judged.flatMap(({ operation, shapes }, index) => {
    const [error] = operation.seesAfter ? errors(operation.check(shapes, restricted(shapes.before, left))) : []
    const later = judged
      .slice(index + 1)
      .filter(({ operation: other }) => !other.seesAfter)
      .find(({ operation: other }) => other.relations.some((relation) => isAmong(relation, operation.relations)))
    return error && later ? [{ ...operation.place, ...startBefore(operation, later.operation, error.message) }] : []
  })
}

interface Judging {
  readonly shapes: Shapes
  readonly running: Catalog
  readonly catalog: Catalog
  /** Which of the earlier operations stands in its way. */
  readonly culprit: () => BoundOperation | undefined
}

function judge(
  operation: BoundOperation,
  earlier: readonly BoundOperation[],
  { shapes, running, catalog, culprit }: Judging,
): readonly Finding[] {
  const opaque = earlier.find((other) => opaqueTo(other, operation, catalog))
  if (opaque) return [startFirst(operation, opaque, "an earlier operation runs SQL on the same table")]
  const rival = rivalOf(operation, earlier, { shapes, running })
  if (rival) return [columnTwice(operation, rival)]
  const found = operation.check(shapes)
  if (errors(found).length > 0) {
    // It may do once the earlier operations are contracted: a plan of its own would begin with their shape.
    const later = errors(operation.check({ ...shapes, before: running }, running))
    const first = later.length === 0 ? culprit() : undefined
    return first ? [startFirst(operation, first, errors(found)[0]?.message ?? "")] : found
  }
  const atLast = errors(operation.check(shapes, running))
  if (atLast.length > 0) return atLast
  const late = needsCreatedTable(operation, earlier, shapes, catalog)
  return late ? [startFirst(operation, late, "the table is created by this plan and holds no rows yet")] : found
}

/**
 * Whether an operation changes a table that the plan itself creates, or would have to compare rows with such a table:
 * what precheck asks about rows can't be asked of a table that isn't there. A mere foreign key to it is fine, and so
 * are indexes and constraints on it: it holds no rows yet.
 */
function needsCreatedTable(
  operation: BoundOperation,
  earlier: readonly BoundOperation[],
  shapes: Shapes,
  catalog: Catalog,
): BoundOperation | undefined {
  const [changed] = operation.relations
  const created = operation.relations.filter((relation) => isCreated(relation, shapes.before, catalog))
  const changesCreated = !operation.seesAfter && created.some((relation) => relation === changed)
  const isBlocked = changesCreated || operation.dataChecks(shapes).length > 0
  if (created.length === 0 || !isBlocked) return undefined
  return earlier.find((other) => other.relations.some((relation) => isAmong(relation, created)))
}

function isCreated(relation: RelationName, before: Catalog, catalog: Catalog): boolean {
  return findTable(before, relation) !== undefined && findTable(catalog, relation) === undefined
}

/** The tables of before, as they were, and those that were not there before. */
function withCreatedTables(catalog: Catalog, running: Catalog): Catalog {
  return withTables(catalog, createdTables(catalog, running))
}

function createdTables(catalog: Catalog, running: Catalog): readonly Table[] {
  const known = new Set(catalog.tables.map(keyOf))
  return running.tables.filter((table) => !known.has(keyOf(table)))
}

function startFirst(operation: BoundOperation, earlier: BoundOperation, reason: string): Finding {
  const same = operation.revision === earlier.revision
  return {
    code: "START_EARLIER_FIRST",
    severity: "error",
    subject: `${operation.revision}: ${operation.kind} ${operation.relations.map(displayName).join(", ")}`,
    message: `It builds on what ${earlier.kind} does earlier in the same plan: ${reason}`,
    hint: same
      ? `Move it to a revision of its own, after ${earlier.revision}, and start that one first.`
      : `Start ${earlier.revision} first, and this one once it has been contracted.`,
  }
}

function columnTwice(operation: BoundOperation, earlier: BoundOperation): Finding {
  const names = operation.alters.map(({ relation, column }) => `${displayName(relation)}.${column}`).join(", ")
  const finding = startFirst(
    operation,
    earlier,
    `both change ${names}, and one gives it a second column or another name`,
  )
  const together = operation.kind === "alter_column" && earlier.kind === "alter_column"
  return together
    ? { ...finding, hint: `Say both in one alter_column, with one up and one down. Or: ${finding.hint}` }
    : finding
}

function startBefore(operation: BoundOperation, later: BoundOperation, reason: string): Finding {
  const same = operation.revision === later.revision
  return {
    code: "START_EARLIER_FIRST",
    severity: "error",
    subject: `${operation.revision}: ${operation.kind} ${operation.relations.map(displayName).join(", ")}`,
    message: `A later operation of the same plan, ${later.kind}, moves what it is built on: ${reason}`,
    hint: same
      ? `Move it to a revision of its own, to be started once ${later.revision} has been contracted.`
      : `Start ${operation.revision} first, and ${later.revision} once it has been contracted.`,
  }
}

function errors(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(({ severity }) => severity === "error")
}

function isAmong(relation: RelationName, relations: readonly RelationName[]): boolean {
  return relations.some((other) => isSameRelation(other, relation))
}

/** What several operations say of the same table is said once. */
function distinct(findings: readonly Finding[]): readonly Finding[] {
  const keys = findings.map(({ code, subject, message }) => JSON.stringify([code, subject, message]))
  return findings.filter((_, index) => keys.indexOf(keys[index] ?? "") === index)
}
