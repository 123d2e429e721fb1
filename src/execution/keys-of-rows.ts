import { mostOffendingKeys } from "../domain/run.ts"
import type { Session } from "../postgres/session.ts"
import type { Sql } from "../sql/sql.ts"

/** The first keys of the rows that a plan's question finds, at most {@link mostOffendingKeys}. */
export async function keysOfRows(session: Session, question: Sql): Promise<readonly string[]> {
  const found = await session.query<{ key: string }>(`SELECT found.key FROM (${question}) AS found LIMIT $1`, [
    mostOffendingKeys,
  ])
  return found.map(({ key }) => key)
}
