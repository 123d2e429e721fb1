import type { Session } from "../postgres/session.ts"
import { journaledState } from "./under-way.ts"
import type { MeantRun } from "./whose-run.ts"

/** True once the run is entered in the target's journal; false as well where the target has no journal at all. */
export async function isRegistered(session: Session, meant: MeantRun): Promise<boolean> {
  return (await journaledState(session, meant)) !== null
}
