/** The door to the target's schema `sluice` and to what is recorded there: what other rooms may ask of it. */
export { ensureJournal, journalVersion } from "./schema/ensure-journal.ts"
export { uninstall } from "./schema/uninstall.ts"
export {
  doneAfter,
  lastOf,
  readJournal,
  wasEverDone,
  type Direction,
  type JournalRow,
  type StepOutcome,
} from "./journal-rows.ts"
export { enterAgain, findConflict, registerRun, type Conflict, type RegisterRun } from "./register-run.ts"
export { findRuns, setRunState, type JournaledRun, type JournaledRunState } from "./run-rows.ts"
export { appliedRevisions, type AppliedRevision } from "./revision-rows.ts"
export { keeperOf, refuseWhileActive, stampRevisions } from "./stamp-revisions.ts"
export { closedWayBack, openWayBack } from "./way-back.ts"
export { createVersion, refreshVersion, type VersionState } from "./version-schemas.ts"
