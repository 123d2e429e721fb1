import { findColumn } from "../../catalog/model.ts"
import type { Column, Table } from "../../catalog/model.ts"
import type { Sync, SyncColumn } from "../../domain/backfill.ts"
import type { RelationName } from "../../domain/relation.ts"
import { ident, join, sql } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"
import type { HiddenColumn } from "../hide/hide-column.ts"
import { fittingName, freeName, reservedPrefix } from "../names.ts"
import { needsByteEquality } from "../sync/byte-equality.ts"
import type { Bind } from "../sync/group-direction.ts"
import { hiddenColumns, readsOf } from "../sync/hidden-columns.ts"
import type { ReadColumn } from "../sync/hidden-columns.ts"
import type { Walk } from "../sync/ranges.ts"
import { identifyingKey, walkOf } from "../sync/walk-key.ts"

/** Where archives lie: nobody but Sluice gets in, and they outlive their run. */
export const archiveSchema = "sluice_archive"

/**
 * Where the hidden columns of one table go before purge drops them: a table with the same key, which triggers keep equal
 * until that moment. It is what the way back after purge is made of.
 */
export interface Archive {
  readonly relation: RelationName
  /** The table in schema `sluice_archive`. */
  readonly place: RelationName
  /** 8 hex digits that tell this change's names from those of any other on the same table. */
  readonly mark: string
  /** How the table is walked through, as it is after contract. */
  readonly walk: Walk
  /** The columns by which an archived row finds its row again, under the same names here and there. */
  readonly key: readonly Column[]
  /** Under the names that they have while they are hidden. */
  readonly columns: readonly ArchivedColumn[]
  readonly hashes: readonly ReadsHash[]
}

export interface ArchivedColumn {
  readonly hiding: HiddenColumn
  /** How it is computed from the new shape; null where nothing computes it. */
  readonly down: Down | null
}

export interface Down {
  readonly sync: Sync
  readonly column: SyncColumn
  readonly reads: readonly ReadColumn[]
  readonly hash: ReadsHash
}

/**
 * What the columns held from which hidden ones are computed, at the time of the archived values: those are right for as
 * long as it is the same. One for each set of columns, so that a write to one doesn't cost the values of another.
 */
export interface ReadsHash {
  /** The archive's column. */
  readonly name: string
  readonly reads: readonly ReadColumn[]
}

export interface ArchiveParts {
  /** The table as it is after contract. */
  readonly table: Table
  readonly hidden: readonly HiddenColumn[]
  readonly sync: Sync | null
  readonly mark: string
  /** Before it is cut to what PostgreSQL takes. */
  readonly name: string
}

/** The archive of one table; null where there is nothing to archive, or no key by which rows could be found again. */
export function archiveOf({ table, hidden, sync, mark, name }: ArchiveParts): Archive | null {
  const key = identifyingKey(table)
  const kept = hidden.filter(holdsData)
  if (!key || kept.length === 0) return null
  const keyColumns = key.flatMap((column) => findColumn(table, column) ?? [])
  const taken = new Set([...key, ...kept.map((one) => one.hidden)])
  const hashes: ReadsHash[] = []
  const columns = kept.map((hiding) => ({ hiding, down: downOf(hiding, sync, hashes, taken) }))
  return {
    relation: { schema: table.schema, name: table.name },
    place: { schema: archiveSchema, name: fittingName(name) },
    mark,
    walk: walkOf(table),
    key: keyColumns,
    columns,
    hashes,
  }
}

/** What PostgreSQL itself computes from other columns is no data. */
function holdsData({ column }: HiddenColumn): boolean {
  return column.generated === null
}

function downOf({ hidden }: HiddenColumn, sync: Sync | null, hashes: ReadsHash[], taken: Set<string>): Down | null {
  const column = sync && hiddenColumns(sync).find((one) => one.hidden === hidden)
  if (!sync || !column) return null
  const reads = readsOf(sync, column)
  const names = JSON.stringify(reads.map(({ name }) => name))
  const known = hashes.find((one) => JSON.stringify(one.reads.map(({ name }) => name)) === names)
  if (known) return { sync, column, reads, hash: known }
  const hash = { name: freeName("h", (name) => taken.has(name)), reads }
  taken.add(hash.name)
  hashes.push(hash)
  return { sync, column, reads, hash }
}

/**
 * The hash over a row. Of the row's text and not of a jsonb: making that may fail (a json value with \u0000), and
 * nothing here may fail an application's write.
 */
export function hashOver({ reads }: ReadsHash, bind: Bind): Sql {
  return sql`hashtextextended(ROW(${join(reads.map(({ name }) => bind(name)))})::text, 0)`
}

/** The names of the archive's columns, in their order. */
export function archiveColumns({ key, columns, hashes }: Archive): readonly Sql[] {
  return [
    ...key.map(({ name }) => ident(name)),
    ...columns.map(({ hiding }) => ident(hiding.hidden)),
    ...hashes.map(({ name }) => ident(name)),
  ]
}

/** What the archive holds of a row that `bind` names, in the order of {@link archiveColumns}. */
export function archivedValues({ key, columns, hashes }: Archive, bind: Bind): readonly Sql[] {
  return [
    ...key.map(({ name }) => bind(name)),
    ...columns.map(({ hiding }) => bind(hiding.hidden)),
    ...hashes.map((hash) => hashOver(hash, bind)),
  ]
}

/** A row of the one alias and a row of the other have the same key. */
export function sameKey({ key }: Archive, left: Sql, right: Sql): Sql {
  return join(
    key.map(({ name }) => sql`${left}.${ident(name)} = ${right}.${ident(name)}`),
    " AND ",
  )
}

export function bytesMatter({ type, collation }: Column): boolean {
  return needsByteEquality(type, collation)
}

/** The column that says, while a table gets its columns back, which rows have theirs: NULL is not yet. */
export function againMarker({ mark }: Archive): string {
  return `${reservedPrefix}_filled_again_${mark}`
}
