import type { Session } from "../../postgres/session.ts"

/**
 * Lets no policy hide rows from this session: that is an error then, not a row that counts as filled because nobody
 * sees it.
 */
export async function demandEveryRow(session: Session): Promise<void> {
  await session.query("SET row_security = off")
}
