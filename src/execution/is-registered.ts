import type { Session } from "../postgres/session.ts"
import { journalVersion } from "./schema/ensure-journal.ts"

/** True once the run is entered in the target's journal; false as well where the target has no journal at all. */
export async function isRegistered(session: Session, run: string): Promise<boolean> {
  if ((await journalVersion(session)) === 0) return false
  const [row] = await session.query<{ found: boolean }>(
    "SELECT EXISTS (SELECT FROM sluice.run WHERE run = $1) AS found",
    [run],
  )
  return row?.found ?? false
}
