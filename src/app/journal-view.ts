import {
  appliedRevisions,
  findRuns,
  journalVersion,
  type AppliedRevision,
  type JournaledRun,
} from "../execution/journal.ts"
import type { Session } from "../postgres/session.ts"

/** What a target says was applied there; nothing where Sluice was never installed. Installs nothing itself. */
export async function appliedIn(session: Session): Promise<readonly AppliedRevision[]> {
  return (await hasJournal(session)) ? appliedRevisions(session) : []
}

/** The runs that a target's journal knows; none where Sluice was never installed. */
export async function runsIn(session: Session): Promise<readonly JournaledRun[]> {
  return (await hasJournal(session)) ? findRuns(session) : []
}

async function hasJournal(session: Session): Promise<boolean> {
  return (await journalVersion(session)) > 0
}
