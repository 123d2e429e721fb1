import type { Blocker } from "../domain/run.ts"
import { displayName } from "../domain/relation.ts"
import type { Session } from "./session.ts"
import { blockersSql } from "./sql/blockers.ts"
import { statementWords } from "./statement-words.ts"

interface BlockerRow {
  readonly pid: number
  readonly locktype: string | null
  readonly schema: string | null
  readonly name: string | null
  readonly user: string | null
  readonly application: string | null
  readonly state: string | null
  readonly transaction_ms: number | null
  readonly query: string | null
}

/**
 * Who keeps the backend `pid` waiting at this moment; empty where it doesn't wait. Ask from another session. A
 * prepared transaction has pid 0. Never shows a value: of a statement only its first words.
 */
export async function findBlockers(session: Session, pid: number): Promise<readonly Blocker[]> {
  const rows = await session.query<BlockerRow>(blockersSql, [pid])
  return rows.map((row) => ({
    pid: row.pid,
    relation: waitedFor(row),
    user: row.user,
    application: row.application === "" ? null : row.application,
    state: row.state,
    transactionMs: row.transaction_ms === null ? null : Math.max(0, Math.round(row.transaction_ms)),
    query: statementWords(row.query),
  }))
}

/** The table, or in words what is waited for where that is no table (CONCURRENTLY waits for snapshots to end). */
function waitedFor({ schema, name, locktype }: BlockerRow): string {
  if (schema !== null && name !== null) return displayName({ schema, name })
  if (locktype === "virtualxid") return "end of an older transaction"
  return locktype === "transactionid" ? "end of a transaction" : (locktype ?? "unknown")
}
