import { RefusedError } from "../../domain/errors.ts"
import type { Finding } from "../../domain/finding.ts"
import type { Session } from "../../postgres/session.ts"
import { refuseApplied, refuseConflict } from "../register-run.ts"
import { findRuns } from "../run-rows.ts"
import { journalVersion } from "../schema/ensure-journal.ts"
import type { TargetRun } from "../target-run.ts"
import { isAnothers, nameTaken } from "../whose-run.ts"

/** No other run is at work on the plan's relations, and none of its revisions is applied. */
export async function checkConflicts(session: Session, meant: TargetRun): Promise<readonly Finding[]> {
  const { run, plan } = meant
  try {
    if ((await journalVersion(session)) === 0) return []
    const runs = await findRuns(session)
    // A run that is registered already is being taken up again: its own traces don't stand against it.
    const known = runs.find((other) => other.run === run)
    if (known && isAnothers(known, meant)) throw nameTaken(known)
    if (known) return []
    await refuseApplied(session, plan)
    refuseConflict(plan, runs)
    return []
  } catch (error) {
    if (error instanceof RefusedError) return error.findings
    throw error
  }
}
