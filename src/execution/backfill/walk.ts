import type { Backfill, TableWalk } from "../../domain/backfill.ts"
import type { Session, Statement } from "../../postgres/session.ts"

/** A place in a table's order, as texts of the key's columns; `null`: before the first or after the last row. */
export type Place = readonly string[] | null

/** A part of the table: rows after `first`, up to and with `last`. */
export interface Range {
  readonly first: Place
  readonly last: Place
}

/** What one statement takes: the rows of a range, and about how many they are. */
export interface Page extends Range {
  readonly rows: number
  /** True: the range that it was taken from ends with it. */
  readonly isLast: boolean
}

/** Any number that is larger than a table's rows and that PostgreSQL takes for an integer. */
const allRows = 2_000_000_000

/**
 * Cuts the table into about `parts` ranges of like size that together cover every row. By key, the last one is open. By
 * place it ends where the table ends now: what we fill is written behind that, and would be walked through again.
 */
export async function splitTable(session: Session, walk: TableWalk, parts: number): Promise<readonly Range[]> {
  const bounds = parts < 2 ? [] : await session.query<{ key: readonly string[] }>(walk.split, [parts])
  const [end] =
    walk.key.length > 0 ? [] : await session.query<{ key: readonly string[] }>(walk.batchEnd, [null, null, allRows])
  const edges: readonly Place[] = [null, ...bounds.map(({ key }) => key), end?.key ?? null]
  return edges.slice(1).map((last, index) => ({ first: edges[index] ?? null, last }))
}

/** The first about `rows` rows of what is left of a range. */
export async function nextPage(session: Session, walk: TableWalk, left: Range, rows: number): Promise<Page> {
  const { text, values } = pageQuestion(walk, left, rows)
  return pageOf(walk, left, rows, await session.query<PageEnd>(text, values))
}

/** Where a page ends, and about how many rows it has; no row where nothing is left. */
export interface PageEnd {
  readonly key: readonly string[]
  readonly rows: number
}

/** What `nextPage` asks, for a transaction that sends more along with it; `pageOf` reads the answer. */
export function pageQuestion(walk: TableWalk, left: Range, rows: number): Statement {
  return { text: walk.batchEnd, values: [left.first, left.last, rows], isKept: true }
}

export function pageOf(walk: TableWalk, left: Range, rows: number, [end]: readonly PageEnd[]): Page {
  // The last page reaches to the range's end, so that a row that came in between is in it.
  const isLast = end === undefined || isFinal(walk, end, rows)
  return { first: left.first, last: isLast ? left.last : end.key, rows: end?.rows ?? 0, isLast }
}

/** By key, fewer rows than wanted means that there were no more. By place they are estimated and mean nothing. */
function isFinal({ key }: TableWalk, end: { readonly rows: number }, wanted: number): boolean {
  return key.length > 0 && end.rows < wanted
}

/** Asks whether a row of the range is still without its new values. */
export async function hasUnfilled(session: Session, backfill: Backfill, { first, last }: Range): Promise<boolean> {
  // What was sent before may have left pg_catalog behind for the role's own path, in which an operator may be nearer to
  // the key's types than ours.
  const [, answer] = await session.together([
    { text: "SET LOCAL search_path = pg_catalog" },
    { text: backfill.unfilled, values: [first, last], isKept: true },
  ])
  const [row] = (answer?.rows ?? []) as readonly { readonly unfilled: boolean }[]
  return row?.unfilled ?? false
}
