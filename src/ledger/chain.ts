import { advanceAnchor } from "./anchor.ts"
import { appendEntry, takeTurn } from "./append.ts"
import type { Control, Transaction } from "./control.ts"
import type { LedgerEntry, NewEntry } from "../domain/ledger-entry.ts"
import { readEntries } from "./read-entries.ts"
import { verifyChain, type Verification } from "./verify.ts"

/** Writes an entry in the transaction that it was handed out with. */
export type Append = (entry: NewEntry, once?: string) => Promise<LedgerEntry>

/** The append-only, hash-chained record of who did what, when and why. */
export class Ledger {
  readonly #control: Control

  constructor(control: Control) {
    this.#control = control
  }

  /**
   * Appends one entry. Parallel callers are served one after the other. With `once`, a key, the same entry sent again
   * (its answer was lost) is written once, and the standing one is answered.
   */
  async append(entry: NewEntry, once?: string): Promise<LedgerEntry> {
    return this.within((_tx, append) => append(entry, once))
  }

  /** Entries and other rows in one transaction: both stand or neither does. */
  async within<T>(work: (tx: Transaction, append: Append) => Promise<T>): Promise<T> {
    let head: LedgerEntry | null = null
    const result = await this.#control.transaction(async (tx) => {
      await takeTurn(tx)
      return work(tx, async (entry, once) => {
        head = await appendEntry(tx, entry, once)
        return head
      })
    })
    if (head) await advanceAnchor(this.#control, head)
    return result
  }

  /** All entries of one run, in order. */
  async entriesOf(run: string): Promise<readonly LedgerEntry[]> {
    const entries: LedgerEntry[] = []
    for await (const page of readEntries(this.#control, { run })) entries.push(...page)
    return entries
  }

  /** Every entry from the first on, in pages: for an export of any length. */
  pages(): AsyncGenerator<readonly LedgerEntry[]> {
    return readEntries(this.#control, {})
  }

  /**
   * Reads the whole chain and says whether it holds, and if not, where and why. `anchorFile` (by default the
   * control's own) shows a tail that was cut off, which the chain alone can't.
   */
  async verify(options: { readonly anchorFile?: string | null } = {}): Promise<Verification> {
    const anchorFile = options.anchorFile === undefined ? this.#control.anchorFile : options.anchorFile
    return verifyChain(this.#control, anchorFile)
  }
}
