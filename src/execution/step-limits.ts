import type { Session } from "../postgres/session.ts"
import type { Limits } from "../config/config.ts"
import { readKnobs } from "./knobs.ts"

/** The target's limits as they stand now: those of its configuration, with what has been tuned for this run. */
export async function effectiveLimits(session: Session, run: string, configured: Limits): Promise<Limits> {
  const { paused: _paused, watchProbes: _watchProbes, ...tuned } = await readKnobs(session, run)
  return { ...configured, ...tuned }
}
