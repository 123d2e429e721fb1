import type { Finding } from "../domain/finding.ts"
import { checkAnchor } from "./anchor.ts"
import type { Control } from "./control.ts"
import { entryHash, genesisHash } from "./entry-row.ts"
import type { LedgerEntry } from "../domain/ledger-entry.ts"
import { readEntries } from "./read-entries.ts"

export interface Verification {
  readonly valid: boolean
  /** How many entries were read and found good. */
  readonly entries: number
  /** The hash of the last good entry: what to keep elsewhere. */
  readonly head: string
  /** The first thing that is wrong. With `valid`, at most a warning. */
  readonly problem: Finding | null
}

/** How far a row may have been moved for its old place to be named. */
const searchDistance = 10_000

/** Reads the chain from its beginning to the first entry that doesn't hold. */
export async function verifyChain(control: Control, anchorFile: string | null): Promise<Verification> {
  let [entries, head] = [0, genesisHash]
  for await (const page of readEntries(control, {})) {
    for (const entry of page) {
      const problem = checkLink(entry, entries, head)
      if (problem) return { valid: false, entries, head, problem }
      entries++
      head = entry.hash
    }
  }
  const problem = anchorFile === null ? null : await checkAnchor(control, anchorFile, entries)
  return { valid: problem?.severity !== "error", entries, head, problem }
}

/** What is wrong with an entry that follows `before` good ones, the last of which has the hash `head`. */
export function checkLink(entry: LedgerEntry, before: number, head: string): Finding | null {
  const place = before + 1
  if (entry.seq !== place) return found("LEDGER_MISSING", place, missing(place, entry.seq))
  if (entryHash(entry) !== entry.hash) {
    const origin = placeWhereItHolds(entry)
    return origin === null
      ? found(
          "LEDGER_CHANGED",
          place,
          `entry ${place} was changed after it was written: its content doesn't give its hash`,
        )
      : found(
          "LEDGER_SWAPPED",
          place,
          `what stands as entry ${place} was written as entry ${origin}: rows were swapped`,
        )
  }
  if (entry.previousHash !== head) {
    const other =
      place === 1 ? "it isn't the chain's beginning" : `entry ${place - 1} isn't the one it was written after`
    return found("LEDGER_BROKEN", place, `entry ${place} doesn't follow: ${other}; one of them was replaced`)
  }
  return null
}

function missing(place: number, next: number): string {
  if (next < place) return `an entry with the number ${next} stands before the chain's place for it`
  return next === place + 1 ? `entry ${place} is missing` : `entries ${place} to ${next - 1} are missing`
}

/** A moved row still holds under its old number, which is part of what was hashed. */
function placeWhereItHolds(entry: LedgerEntry): number | null {
  for (let distance = 1; distance <= searchDistance; distance++) {
    for (const seq of [entry.seq - distance, entry.seq + distance]) {
      if (seq >= 1 && entryHash({ ...entry, seq }) === entry.hash) return seq
    }
  }
  return null
}

function found(code: string, seq: number, message: string): Finding {
  const hint =
    "Compare with an export or a backup of the control database from before; nothing after this entry is proven."
  return { code, severity: "error", subject: `ledger entry ${seq}`, message, hint }
}
