import { differenceOf } from "../src/catalog/difference.ts"
import { RefusedError } from "../src/domain/errors.ts"
import type { DatabaseIdentity } from "../src/domain/database-identity.ts"
import { firstFew } from "../src/domain/first-few.ts"
import { endedRefusal } from "../src/domain/judgement.ts"
import { outlineOf, type Plan } from "../src/domain/plan.ts"
import { hasEnded, type CarriedState } from "../src/domain/run.ts"
import type { Attempt } from "../src/execution/attempt.ts"
import { isRegistered } from "../src/execution/is-registered.ts"
import { readJournal } from "../src/execution/journal.ts"
import { precheck } from "../src/execution/precheck.ts"
import { precheckName } from "../src/execution/precheck/data.ts"
import { checkDatabase } from "../src/execution/precheck/database.ts"
import { registerRun } from "../src/execution/register-run.ts"
import type { TargetRun } from "../src/execution/target-run.ts"
import { rememberSight } from "../src/execution/throttle/sight.ts"
import type { Catalog } from "../src/catalog/model.ts"
import { findRunBackup } from "../src/ledger/backups.ts"
import { loadEvidence } from "../src/ledger/evidence.ts"
import type { Place } from "../src/ledger/place.ts"
import { forgetOffendingKeys } from "../src/ledger/offending-keys.ts"
import { loadRun, setRunState } from "../src/ledger/runs.ts"
import { catalogWish, compilePlan } from "../src/planner/compile.ts"
import type { PlanEvidence } from "../src/planner/evidence.ts"
import { carriedStateOf } from "../src/recovery/carried-state.ts"
import { readCatalog } from "../src/postgres/catalog-reader.ts"
import { withSession } from "../src/postgres/session.ts"
import { attempted, mapped } from "./attempt.ts"
import type { ActivityDeps } from "./deps.ts"
import { observerFor } from "./observer.ts"
import { tellPause } from "./pause.ts"
import { planEvidence } from "./plan-evidence.ts"
import { targetRunOf } from "./target-run.ts"
import type { PlanningActivities, RunRef } from "./types.ts"
import { untilToldWhere } from "./until-let-in.ts"

/** What happens before anything is touched: precheck, and the plan made a second time. */
export function createPlanningActivities(deps: ActivityDeps): PlanningActivities {
  return {
    precheck: (ref) =>
      attempted(deps, ref, null, async (_, place) => {
        const run = await startedRunOf(deps, ref)
        await forgetOffendingKeys(deps.control, { run: ref.run, step: precheckName })
        const findings = await precheck(run, observerFor(deps, ref, place))
        await setRunState(deps.control, ref, { state: "running", phase: ref.phase, waitingFor: null, findings, place })
        const [first] = findings.filter((finding) => finding.severity === "error")
        if (first) throw new RefusedError(first, { findings })
        return { warnings: findings.filter((finding) => finding.severity === "warning").length }
      }),
    preparePlan: (ref) =>
      attempted(deps, ref, null, async (attempt) => {
        const run = await startedRunOf(deps, ref)
        const evidence = await planEvidence(deps, ref)
        const { workflowId } = await loadRun(deps.control, ref.run)
        const url = run.target.url
        await withSession({ url, applicationName: "sluice:plan", signal: attempt.signal }, async (session) => {
          const [other] = await checkDatabase(session, run)
          if (other) throw new RefusedError(other)
          const live = await readCatalog(session, catalogWish(evidence.revisions, run.target))
          refuseDrift(run, evidence, live)
          // An attempt that was frozen may wake up when its run has long been aborted.
          if (hasEnded((await loadRun(deps.control, ref.run)).state)) throw new RefusedError(endedRefusal(ref.run))
          await registerRun(session, { ...run, workflowId })
          await rememberSight(session, run)
        })
        return outlineOf(run.plan)
      }),
    assessJournal: async (ref) => {
      // How far the run had got is what the workflow is asking for.
      const { phase } = await mapped(() => loadRun(deps.control, ref.run))
      return attempted(deps, { ...ref, phase }, null, (attempt, place) =>
        untilToldWhere(deps, ref, () => assess(deps, ref, attempt, place)),
      )
    },
  }
}

/** What a run has behind it, by journal and ledger. */
async function assess(deps: ActivityDeps, ref: RunRef, { signal }: Attempt, place: Place): Promise<CarriedState> {
  const run = await targetRunOf(deps, ref)
  const entries = await deps.ledger.entriesOf(ref.run)
  const { steps } = await loadRun(deps.control, ref.run)
  const backup = await findRunBackup(deps.control, ref.run)
  return withSession({ url: run.target.url, applicationName: "sluice:assess", signal }, async (session) => {
    const registered = await isRegistered(session, run)
    const journal = registered ? await readJournal(session, ref.run) : []
    const carried = carriedStateOf({
      plan: run.plan,
      registered,
      journal,
      entries,
      skipped: steps.filter(({ state }) => state === "skipped").map(({ id }) => id),
      backedUp: backup?.state === "verified",
    })
    // The workflow that was lost may not have got to telling it.
    await tellPause(session, run, carried.paused, place)
    return carried
  })
}

/** The run together with the database that it was started for. */
async function startedRunOf(deps: ActivityDeps, ref: RunRef): Promise<TargetRun> {
  const run = await targetRunOf(deps, ref)
  const stored = (await loadEvidence(deps.control, ref.run)).findLast(({ kind }) => kind === "target")
  return stored ? { ...run, startedFor: stored.content as DatabaseIdentity } : run
}

/** The plan shown is the plan run: made again from the same revisions against the live catalog it must be the same. */
function refuseDrift(run: TargetRun, evidence: PlanEvidence, live: Catalog): void {
  const { plan, target } = run
  const { strategy, gates, soakMs, keepMs } = plan
  const versions = { ...target.versions, roles: plan.versions.roles }
  const again = compilePlan({
    revisions: evidence.revisions,
    catalog: live,
    target: { name: target.name, schemas: target.schemas, versions, gates, soakMs, keepMs, strategy },
  })
  if (again.plan?.hash === plan.hash) return
  const differences = differenceOf(evidence.catalog, live)
  throw new RefusedError({
    code: differences.length > 0 ? "DRIFT" : "PLAN_CHANGED",
    subject: plan.target,
    message: differences.length > 0 ? drifted(plan, differences) : "Made again, the plan came out different.",
    hint: "See the new plan with `sluice plan`, abort this run and start again.",
  })
}

function drifted(plan: Plan, differences: readonly string[]): string {
  return `The relations of plan ${plan.hash.slice(0, 12)} have changed since it was made: ${firstFew(differences, 10, "; ")}`
}
