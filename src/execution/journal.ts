/** The door to the target's schema `sluice` and to what is recorded there: what other rooms may ask of it. */
export { ensureJournal, journalVersion } from "./schema/ensure-journal.ts"
export { uninstall } from "./schema/uninstall.ts"
export { lastOf, readJournal, type Direction, type JournalRow, type StepOutcome } from "./journal-rows.ts"
export { findConflict, registerRun, type Conflict, type RegisterRun } from "./register-run.ts"
export { findRuns, setRunState, type JournaledRun, type JournaledRunState } from "./run-rows.ts"
export { appliedRevisions, type AppliedRevision } from "./revision-rows.ts"
export { keeperOf, refuseWhileActive, stampRevisions } from "./stamp-revisions.ts"
export { createVersion, refreshVersion, type VersionState } from "./version-schemas.ts"
