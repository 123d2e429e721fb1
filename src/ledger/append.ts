import { BugError } from "../domain/errors.ts"
import type { Transaction } from "./control.ts"
import { checkedDetail, checkText } from "./detail.ts"
import { entryColumns, entryHash, genesisHash, readEntry, type EntryRow } from "./entry-row.ts"
import type { LedgerEntry, NewEntry } from "../domain/ledger-entry.ts"

/**
 * Waits for the ledger's turn, up to the end of the transaction: one writer at a time, so that `seq` has no gaps and
 * the chain no forks. Taken first in a transaction that also writes other tables: the same order everywhere, no
 * deadlocks.
 */
export async function takeTurn(tx: Transaction): Promise<void> {
  await tx.query("SELECT pg_advisory_xact_lock(hashtextextended('sluice_control: append', 0))")
}

/**
 * Writes one entry at the chain's end. The transaction must hold the turn. `once`: a key under which the entry counts
 * once; sent again, the entry that stands already is answered.
 */
export async function appendEntry(tx: Transaction, entry: NewEntry, once?: string): Promise<LedgerEntry> {
  checkEntry(entry)
  const detail = checkedDetail(entry.detail)
  if (once !== undefined) {
    const standing = await findAppended(tx, once)
    if (standing) return standing
  }
  const written = await link(tx, entry)
  const { seq, at, run, step, attempt } = written
  await tx.query(
    `INSERT INTO sluice_control.entry (seq, at, actor, kind, run, step, attempt, detail, previous_hash, hash)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [seq, at, written.actor, written.kind, run, step, attempt, detail, written.previousHash, written.hash],
  )
  if (once !== undefined) {
    await tx.query("INSERT INTO sluice_control.appended (key, seq) VALUES ($1, $2)", [once, written.seq])
  }
  return written
}

/** The entry that was appended under this key; null: none yet. */
export async function findAppended(tx: Transaction, once: string): Promise<LedgerEntry | null> {
  const [row] = await tx.query<EntryRow>(
    `SELECT ${entryColumns} FROM sluice_control.entry
      WHERE seq = (SELECT seq FROM sluice_control.appended WHERE key = $1)`,
    [once],
  )
  return row ? readEntry(row) : null
}

/** The entry with its place in the chain: number, the database's own time, hash of the one before, its own. */
async function link(tx: Transaction, entry: NewEntry): Promise<LedgerEntry> {
  const [head] = await tx.query<{ seq: string | null; hash: string | null; at: string }>(
    `SELECT last.seq, last.hash, sluice_control.iso(clock_timestamp()) AS at
       FROM (SELECT) AS always
       LEFT JOIN (SELECT seq::text AS seq, hash FROM sluice_control.entry ORDER BY entry.seq DESC LIMIT 1) AS last
              ON true`,
  )
  const content = {
    seq: Number(head?.seq ?? 0) + 1,
    at: head?.at ?? "",
    actor: entry.actor,
    kind: entry.kind,
    run: entry.run ?? null,
    step: entry.step ?? null,
    attempt: entry.attempt ?? null,
    detail: entry.detail,
    previousHash: head?.hash ?? genesisHash,
  }
  return { ...content, hash: entryHash(content) }
}

function checkEntry(entry: NewEntry): void {
  for (const where of ["actor", "kind", "run", "step"] as const) checkText(entry[where] ?? "", where)
  if (!Number.isInteger(entry.attempt ?? 0)) {
    throw new BugError({ code: "BUG", subject: "ledger", message: `not an attempt's number: ${entry.attempt}` })
  }
}
