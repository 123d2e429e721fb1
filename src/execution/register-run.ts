import { canonicalJson } from "../domain/canonical.ts"
import { RefusedError } from "../domain/errors.ts"
import type { Plan } from "../domain/plan.ts"
import { displayName } from "../domain/relation.ts"
import type { Session } from "../postgres/session.ts"
import { ensureJournal, journalLock, journalVersion, upgradeJournal } from "./schema/ensure-journal.ts"
import { appliedRevisions } from "./revision-rows.ts"
import { findRuns, type JournaledRun } from "./run-rows.ts"
import { isAnothers, nameTaken, type MeantRun } from "./whose-run.ts"

export interface RegisterRun extends MeantRun {
  readonly plan: Plan
  readonly workflowId: string
}

/**
 * Enters a run into the target's journal and gives it the lease on its relations, which ends at contract. Registering
 * the same run again changes nothing. Throws RefusedError RUN_ACTIVE (this plan runs already), RUN_CONFLICT (another
 * run works on one of the relations), PLAN_APPLIED, RUN_ENDED, or RUN_NAME_TAKEN (by a run of another control database).
 */
export async function registerRun(session: Session, registration: RegisterRun): Promise<void> {
  await ensureJournal(session)
  await session.transaction(async () => {
    await session.query("SELECT pg_advisory_xact_lock($1)", [journalLock])
    const runs = await findRuns(session)
    if (isRegistered(registration, runs)) return
    await refuseApplied(session, registration.plan)
    refuseConflict(registration.plan, runs)
    await insertRun(session, registration)
  })
}

/**
 * Enters a run anew that the target knows nothing of any more, for its way back: what of its work is there can then be
 * undone under its lease. One that is known stays as it is. False, and nothing entered, where another run works there, or
 * bears its name: what is there is that one's.
 */
export async function enterAgain(session: Session, registration: RegisterRun): Promise<boolean> {
  await ensureJournal(session)
  return session.transaction(async () => {
    await session.query("SELECT pg_advisory_xact_lock($1)", [journalLock])
    const runs = await findRuns(session)
    const known = runs.find(({ run }) => run === registration.run)
    if (known) return !isAnothers(known, registration)
    if (findConflict(registration.plan, runs)) return false
    await insertRun(session, registration)
    return true
  })
}

async function insertRun(session: Session, registration: RegisterRun): Promise<void> {
  const { run, plan, workflowId, control = null } = registration
  const revisions = plan.revisions.map(({ id }) => id)
  await session.query(
    `INSERT INTO sluice.run (run, plan_hash, workflow_id, revisions, relations, plan, control)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [run, plan.hash, workflowId, revisions, leaseOf(plan), canonicalJson(plan), control],
  )
}

/**
 * Enters a run that has ended before it was registered, where the target has a journal: an attempt that was frozen before
 * its registration finds it over when it wakes up.
 */
export async function enterEnded(session: Session, registration: Omit<RegisterRun, "workflowId">): Promise<void> {
  if ((await journalVersion(session)) === 0) return
  await upgradeJournal(session)
  const { run, plan, control = null } = registration
  await session.transaction(async () => {
    await session.query("SELECT pg_advisory_xact_lock($1)", [journalLock])
    await session.query(
      `INSERT INTO sluice.run (run, plan_hash, workflow_id, revisions, relations, control, state, ended_at)
       VALUES ($1, $2, '', $3, $4, $5, 'aborted', now())
       ON CONFLICT (run) DO NOTHING`,
      [run, plan.hash, plan.revisions.map(({ id }) => id), leaseOf(plan), control],
    )
  })
}

function isRegistered(registration: RegisterRun, runs: readonly JournaledRun[]): boolean {
  const { run, plan } = registration
  const known = runs.find((other) => other.run === run)
  if (!known) return false
  if (isAnothers(known, registration)) throw nameTaken(known)
  if (known.planHash !== plan.hash || known.state === "completed" || known.state === "aborted") {
    throw new RefusedError({
      code: "RUN_ENDED",
      subject: run,
      message: `the target's journal has run ${run} already, as ${known.state} and with plan ${short(known.planHash)}`,
      hint: "Start the plan as a new run.",
    })
  }
  return true
}

/** Throws PLAN_APPLIED where one of the revisions is applied already. */
export async function refuseApplied(session: Session, plan: Plan): Promise<void> {
  const applied = await appliedRevisions(session)
  const found = applied.find((revision) => plan.revisions.some(({ id }) => id === revision.id))
  if (!found) return
  throw new RefusedError({
    code: "PLAN_APPLIED",
    subject: found.id,
    message: `revision ${found.id} is applied already${found.run === null ? "" : `, by run ${found.run}`}`,
    hint: "Make the plan again: `sluice plan`. To take the revision back: `sluice undo RUN`.",
  })
}

/** A run in the way of another plan, and the refusal that says so. */
export interface Conflict {
  readonly run: string
  readonly refusal: RefusedError
}

/** Throws RUN_ACTIVE or RUN_CONFLICT where a run that holds a lease is in the plan's way. */
export function refuseConflict(plan: Plan, runs: readonly JournaledRun[]): void {
  const conflict = findConflict(plan, runs)
  if (conflict) throw conflict.refusal
}

/** The conflict of a plan with runs that hold a lease: RUN_ACTIVE or RUN_CONFLICT. */
export function findConflict(plan: Plan, runs: readonly JournaledRun[]): Conflict | null {
  const active = runs.filter((run) => run.state === "active")
  const same = active.find((run) => run.planHash === plan.hash)
  if (same) {
    const refusal = new RefusedError({
      code: "RUN_ACTIVE",
      subject: same.run,
      message: `this plan runs already, as ${same.run}`,
      hint: `See \`sluice status ${same.run}\`.`,
    })
    return { run: same.run, refusal }
  }
  const wanted = new Set(leaseOf(plan))
  for (const other of active) {
    const shared = other.relations.find((relation) => wanted.has(relation))
    if (shared === undefined) continue
    const refusal = new RefusedError({
      code: "RUN_CONFLICT",
      subject: shared,
      message: `run ${other.run} is at work on ${shared}`,
      hint: `Wait until it has contracted (\`sluice wait ${other.run} --for keep\`), or abort it.`,
    })
    return { run: other.run, refusal }
  }
  return null
}

/**
 * What no two runs may work on at a time: relations, and the version views of a schema. Those show every table, so that
 * two versions in the making would show each other's half-made columns, and neither run could be undone by itself.
 */
function leaseOf({ relations, versions }: Plan): readonly string[] {
  return [...relations.map(displayName), ...versions.made.map(({ base }) => `the version views of schema ${base}`)]
}

function short(hash: string): string {
  return hash.slice(0, 12)
}
