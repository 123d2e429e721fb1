import { findTable } from "../catalog/model.ts"
import type { Table } from "../catalog/model.ts"
import type { Sync } from "../domain/backfill.ts"
import { displayName, isSameRelation } from "../domain/relation.ts"
import type { SqlStep, Step } from "../domain/step.ts"
import { archiveOf } from "../operations/archive/archive.ts"
import type { Archive } from "../operations/archive/archive.ts"
import { dropCapture } from "../operations/archive/capture.ts"
import { rememberProperties, restoreProperties } from "../operations/archive/column-properties.ts"
import { compareStep } from "../operations/archive/compare-rows.ts"
import { copyStep } from "../operations/archive/copy-rows.ts"
import { createArchiveStep } from "../operations/archive/create-archive.ts"
import { beginRefill, refillStep, settleStep } from "../operations/archive/refill.ts"
import { indexReturns, requiredReturns } from "../operations/archive/return-steps.ts"
import { dropHiddenStep } from "../operations/hide/drop-hidden.ts"
import { comesBack } from "../operations/hide/hide-column.ts"
import type { HiddenColumn } from "../operations/hide/hide-column.ts"
import { mergeSteps } from "../operations/merge-steps.ts"
import { sqlStep } from "../operations/sql-step.ts"
import { compareHiddenStep } from "../operations/sync/compare-hidden.ts"
import { canTell } from "../operations/sync/hidden-agreement.ts"
import { hiddenColumns } from "../operations/sync/hidden-columns.ts"
import { endKeepingStep } from "../operations/sync/keep-hidden.ts"
import { dropMarkerStep } from "../operations/sync/remove.ts"
import { sql } from "../sql/sql.ts"
import { onlySqlStep, onlyTransactional, plannerBug, scopeOf } from "./material.ts"
import type { Material } from "./material.ts"
import { markOf } from "./merge-syncs.ts"

/** What contract has hidden in one table. */
interface HiddenPart {
  readonly table: Table
  /** The table as it is after contract. */
  readonly after: Table
  readonly hidden: readonly HiddenColumn[]
  /** What goes on computing hidden columns; null where nothing does. */
  readonly sync: Sync | null
  /** Null where the values can't be kept. */
  readonly archive: Archive | null
  readonly scope: string
}

/**
 * What goes for good once it has been kept long enough. Table by table, the values that go are archived and compared;
 * then, in one transaction, everything is dropped. Between the two stand the steps that only the way back needs, in the
 * opposite order: it begins with taking the drop back.
 */
export function purgeSteps(material: Material): readonly Step[] {
  const parts = hiddenParts(material)
  return [
    ...parts.flatMap((part) => [...comparison(part), ...archiveSteps(part), ...wayBack(part, material)]),
    ...material.versions.drop,
    ...dropStep(parts, material),
  ]
}

function hiddenParts(material: Material): readonly HiddenPart[] {
  const { operations, syncs, revisions } = material
  const all = operations.flatMap(({ operation, shapes }) =>
    operation.hides(shapes).map((hiding) => ({ hiding, after: shapes.after })),
  )
  const first = all.filter(
    ({ hiding }, at) => all.findIndex((other) => isSameRelation(other.hiding.table, hiding.table)) === at,
  )
  return first.map(({ hiding: { table, revision, scope }, after }) => {
    const hidden = all.map(({ hiding }) => hiding).filter((hiding) => isSameRelation(hiding.table, table))
    const sync = syncs.find(({ relation }) => isSameRelation(relation, table)) ?? null
    const mark =
      sync?.mark ??
      markOf(
        table,
        revisions.map(({ id }) => id),
      )
    const tableAfter = findTable(after, table)
    if (!tableAfter) throw plannerBug(`${displayName(table)} hides columns and is gone after contract`)
    const archive = archiveOf({ table: tableAfter, hidden, sync, mark, name: `${scope}_${revision}` })
    return { table, after: tableAfter, hidden, sync, archive, scope }
  })
}

/** What was kept is right, or it isn't archived. */
function comparison({ sync, after, scope }: HiddenPart): readonly Step[] {
  return sync && canTell(sync) ? [compareHiddenStep(sync, after, `purge/${scope}/compare-hidden`)] : []
}

function archiveSteps({ archive, scope }: HiddenPart): readonly Step[] {
  if (!archive) return []
  const at = `purge/${scope}`
  return [
    createArchiveStep(archive, `${at}/archive`),
    copyStep(archive, `${at}/copy`),
    compareStep(archive, `${at}/compare`),
  ]
}

/** From the last to the first that is done, once the drop has been taken back. */
function wayBack(part: HiddenPart, { catalog }: Material): readonly Step[] {
  const { table, hidden, archive, scope } = part
  if (!archive || !hidden.every(({ column }) => comesBack(column))) return []
  return [
    settleStep(archive, `purge/${scope}/settle`),
    ...indexReturns(table, hidden, catalog, scope),
    ...hidden.flatMap(requiredReturns),
    refillStep(archive, `purge/${scope}/refill`),
  ]
}

function dropStep(parts: readonly HiddenPart[], material: Material): readonly SqlStep[] {
  const { operations, syncs } = material
  const declared = operations
    .flatMap(({ operation, shapes }) => operation.purge(shapes))
    .map((step) => onlyTransactional(onlySqlStep(step)))
  const kept = syncs.filter((sync) => hiddenColumns(sync).length > 0).map(endKeepingStep)
  const markers = syncs.map((sync) => dropMarkerStep(sync, `purge/${scopeOf(sync, material)}/marker`))
  const steps = [...parts.flatMap(endOfArchive), ...kept, ...parts.flatMap(drops), ...declared, ...markers]
  if (steps.length === 0) return []
  return [mergeSteps({ id: "purge/drop", phase: "purge", summary: summaryOf(parts, declared.length > 0) }, steps)]
}

/** The archive is as it shall stay; taken back, the columns are filled from it. */
function endOfArchive({ archive, hidden }: HiddenPart): readonly SqlStep[] {
  if (!archive) return []
  const { relation } = archive
  return [
    sqlStep({
      id: "purge/archive",
      phase: "purge",
      summary: `End the archive of ${displayName(relation)}`,
      sql: sql`${rememberProperties(archive)}
${dropCapture(archive)}`,
      undo: hidden.every(({ column }) => comesBack(column))
        ? sql`${restoreProperties(archive, "columns")}
${beginRefill(archive)}`
        : null,
      // Dropped or come back, the triggers are gone; the columns tell the two apart.
      observe: sql`SELECT 'before'`,
      lock: "AccessExclusive",
      needs: [{ kind: "own", relation }],
      relations: [relation],
    }),
  ]
}

function drops({ hidden, archive }: HiddenPart): readonly SqlStep[] {
  return hidden.map((hiding) => dropHiddenStep(hiding, archive !== null || hiding.column.generated !== null))
}

function summaryOf(parts: readonly HiddenPart[], others: boolean): string {
  if (parts.length === 0)
    return others ? "Drop for good what contract has hidden" : "Drop the marker columns of dual write"
  const names = parts.flatMap(({ hidden, table }) => hidden.map(({ column }) => `${displayName(table)}.${column.name}`))
  const isBack = parts.every(({ hidden, archive }) => archive && hidden.every(({ column }) => comesBack(column)))
  return `Drop for good ${names.join(", ")}; ${isBack ? "from the archive it can come back, as the last column" : "there is no way back from here"}`
}
