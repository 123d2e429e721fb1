import { hashOf } from "../domain/hash.ts"
import type { EntryKind, LedgerEntry } from "../domain/ledger-entry.ts"

/** What the first entry names as the one before it. */
export const genesisHash = "0".repeat(64)

/** The columns of `sluice_control.entry` that make an {@link EntryRow}. */
export const entryColumns = `
  seq::text AS seq, sluice_control.iso(at) AS at, actor, kind, run, step, attempt, detail,
  previous_hash AS "previousHash", hash`

/** An entry as the driver gives it: `bigint` comes as text. */
export type EntryRow = Omit<LedgerEntry, "seq" | "kind"> & { readonly seq: string; readonly kind: string }

/** Taken as it stands; whether it is true to its hash is for {@link file://./verify.ts} to say. */
export function readEntry(row: EntryRow): LedgerEntry {
  const { at, actor, run, step, attempt, detail, previousHash, hash } = row
  return {
    seq: Number(row.seq),
    at,
    actor,
    kind: row.kind as EntryKind,
    run,
    step,
    attempt,
    detail,
    previousHash,
    hash,
  }
}

/** sha256 of the canonical JSON of every member but the hash itself. */
export function entryHash(entry: Omit<LedgerEntry, "hash">): string {
  const { seq, at, actor, kind, run, step, attempt, detail, previousHash } = entry
  return hashOf({ seq, at, actor, kind, run, step, attempt, detail, previousHash })
}
