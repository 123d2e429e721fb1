import type { Finding } from "../../domain/finding.ts"
import { findLongTransactions, type OpenTransaction } from "../../postgres/long-transactions.ts"
import type { Session } from "../../postgres/session.ts"

/** A transaction that has been open for so long will probably be in the way. Milliseconds. */
const longMs = 60_000

/** Long transactions, and prepared ones, which no timeout ever ends. Not only those that hold locks on the plan's
 * relations: building an index concurrently waits for every older snapshot. */
export async function checkTransactions(session: Session): Promise<readonly Finding[]> {
  return (await findLongTransactions(session, longMs)).map(finding)
}

function finding({ pid, user, application, state, ageMs, query }: OpenTransaction): Finding {
  const seconds = Math.round(ageMs / 1_000)
  if (pid === 0) {
    return {
      code: "PREPARED_TRANSACTION",
      severity: "warning",
      subject: query ?? "prepared transaction",
      message: `a prepared transaction has been open for ${seconds} s; building an index concurrently waits for it without end`,
      hint: "End it with COMMIT PREPARED or ROLLBACK PREPARED; pg_prepared_xacts has its name.",
    }
  }
  const who = [user, application, state].filter((part) => part !== null).join(", ")
  return {
    code: "LONG_TRANSACTION",
    severity: "warning",
    subject: `pid ${pid}`,
    message: `pid ${pid} (${who}) has been in one transaction for ${seconds} s`,
    hint: `The run waits for it within the lock budget. End it with: SELECT pg_terminate_backend(${pid});`,
  }
}
