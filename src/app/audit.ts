import { Ledger } from "../ledger/chain.ts"
import type { LedgerEntry } from "../domain/ledger-entry.ts"
import type { Verification } from "../ledger/verify.ts"
import type { App } from "./context.ts"
import { findRun } from "./runs.ts"

/** Everything that was recorded about a run, in order. */
export async function showAudit(app: App, run: string): Promise<readonly LedgerEntry[]> {
  const { run: id } = await findRun(app, run)
  return new Ledger(await app.control()).entriesOf(id)
}

/** Recomputes the whole chain. */
export async function verifyAudit(app: App): Promise<Verification> {
  return new Ledger(await app.control()).verify()
}
