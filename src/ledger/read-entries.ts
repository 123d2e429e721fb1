import type { Control } from "./control.ts"
import { entryColumns, readEntry, type EntryRow } from "./entry-row.ts"
import type { LedgerEntry } from "../domain/ledger-entry.ts"

/** Entries per page: a million entries pass through a few megabytes of memory. */
const pageSize = 1_000

export interface EntryFilter {
  readonly run?: string
}

/**
 * Entries in the order of `seq`, page by page, up to the head at the time of the call. Each page is a statement of
 * its own (no snapshot is held open): what stands in the ledger doesn't change, so the pages fit together.
 */
export async function* readEntries(control: Control, filter: EntryFilter): AsyncGenerator<readonly LedgerEntry[]> {
  const [head] = await control.query<{ seq: string | null }>("SELECT max(seq)::text AS seq FROM sluice_control.entry")
  // Below every number that a forger could have given a row.
  let after = "-9223372036854775808"
  for (;;) {
    const rows = await control.query<EntryRow>(
      `SELECT ${entryColumns} FROM sluice_control.entry
        WHERE entry.seq > $1 AND entry.seq <= $2 AND ($3::text IS NULL OR run = $3)
        ORDER BY entry.seq LIMIT ${pageSize}`,
      [after, head?.seq, filter.run ?? null],
    )
    const end = rows.at(-1)
    if (!end) return
    yield rows.map((row) => readEntry(row))
    after = end.seq
  }
}
