import type { TargetConfig } from "../../config/config.ts"
import { embeddedStack } from "../../config/embedded.ts"
import type { Capability } from "../../domain/capability.ts"
import { SluiceError } from "../../domain/errors.ts"
import type { Plan } from "../../domain/plan.ts"
import { precheck } from "../../execution/precheck.ts"
import { unknownRoleFindings } from "../../execution/version-roles.ts"
import { askProbe } from "../../health/probe.ts"
import { missingCapabilities } from "../../postgres/capabilities.ts"
import { capabilityMatrix, type CapabilityCheck } from "../../postgres/capability-matrix.ts"
import { parseConnectionUrl } from "../../postgres/connection-url.ts"
import { readServer } from "../../postgres/server.ts"
import { findPostgresTool } from "../../postgres/tools.ts"
import { editedFindings } from "../../revisions/edited.ts"
import { parentFindings } from "../../revisions/parents-applied.ts"
import type { App } from "../context.ts"
import { appliedIn } from "../journal-view.ts"
import { makePlan } from "../make-plan.ts"
import { readableRevisions } from "../revisions.ts"
import { checkOf, fail, info, look, ok, warn, type Check } from "./check.ts"

/** Everything that a run in this target would stumble over. */
export async function targetChecks(app: App, target: TargetConfig): Promise<readonly Check[]> {
  const { name } = target
  let major = 0
  const reached = await look(name, () =>
    app.inTarget(target, "doctor", async (session) => {
      const server = await readServer(session)
      major = server.major
      const matrix = await capabilityMatrix(session, target.schemas)
      return matrix.map((check) => ({ ...scratchChecked(app, check), name: `${name}: ${check.name}` }))
    }),
  )
  // Without an answer every other look would fail for the same reason.
  if (major === 0) return reached
  return [
    ...reached,
    ...(await look(`${name}: pg_dump`, () => dumpCheck(app, name, major))),
    ...(await look(`${name}: roles`, () => roleChecks(app, target))),
    ...(await look(`${name}: applied revisions`, () => appliedChecks(app, target))),
    ...(await look(`${name}: plan`, () => planChecks(app, target))),
    ...(await probeChecks(target)),
    info(`${name}: worker's database`, workerDetail(target)),
  ]
}

/** A probe that nobody has ever asked would be found wanting only in soak, when applications are on the new shape. */
async function probeChecks({ name, probes, url }: TargetConfig): Promise<readonly Check[]> {
  return Promise.all(
    probes.map(async (probe) => {
      const label = `${name}: probe ${probe.name}`
      const answer = await askProbe(probe, url)
      if (answer.state === "well") return ok(label, "well")
      const hint = "Mend the probe or what it asks: a soak that it fails stops, and a backfill rests meanwhile."
      return answer.state === "ill" ? warn(label, answer.problem, hint) : fail(label, answer.problem, hint)
    }),
  )
}

/** A worker has an environment of its own, which nobody can look into from here. */
function workerDetail({ url }: TargetConfig): string {
  const { host, port, database } = parseConnectionUrl(url)
  return `can't be seen from here, nor whether the worker gets in: its environment counts, as it was started; a run started here is for ${host}:${port}/${database}, and its worker refuses another (TARGET_DIFFERS)`
}

/** Asked whether or not there is a plan: at its contract a mistyped name would let every straggler through. */
async function roleChecks(app: App, target: TargetConfig): Promise<readonly Check[]> {
  const { roles } = target.versions
  const named = [roles.old, roles.new].filter((role) => role !== null)
  const findings = await app.inTarget(target, "doctor", (session) => unknownRoleFindings(session, roles))
  if (findings.length > 0) return findings.map((each) => checkOf(`${target.name}: roles`, each))
  return named.length === 0 ? [] : [ok(`${target.name}: roles`, named.join(", "))]
}

/** A file that says something else than what was applied gives the next database another shape than this one has. */
async function appliedChecks(app: App, target: TargetConfig): Promise<readonly Check[]> {
  const name = `${target.name}: applied revisions`
  // What is wrong with the folder is among the checks above already.
  const revisions = await readableRevisions(app)
  const applied = await app.inTarget(target, "doctor", appliedIn)
  const findings = [...editedFindings(revisions, applied, target.name), ...parentFindings(applied, target.name)]
  if (findings.length === 0) return [ok(name, applied.length === 0 ? "none" : `${applied.length}, as their files say`)]
  return findings.map((finding) => checkOf(name, finding))
}

async function dumpCheck(app: App, name: string, major: number): Promise<readonly Check[]> {
  return [ok(`${name}: pg_dump`, await findPostgresTool("pg_dump", major, app.env))]
}

/** No backup counts unless it was restored somewhere: without a place for that no run comes past its backup. */
function scratchChecked(app: App, check: CapabilityCheck): CapabilityCheck {
  if (check.name !== "scratch database" || check.state === "ok") return check
  if (app.config.backups.scratchUrl) return { ...check, state: "ok", detail: "backups.scratch", hint: null }
  if (embeddedStack(app.config.directory)) return { ...check, state: "ok", detail: "the embedded server", hint: null }
  return { ...check, state: "fail" }
}

/** What is to be applied next decides what is needed; where nothing is, what every run needs. */
async function planChecks(app: App, target: TargetConfig): Promise<readonly Check[]> {
  const { plan, detail } = await nextPlan(app, target)
  const needs: readonly Capability[] = [
    { kind: "create-on-database" },
    ...(plan?.steps.flatMap((step) => step.needs) ?? []),
  ]
  const missing = await app.inTarget(target, "doctor", (session) => missingCapabilities(session, needs))
  const privileges =
    missing.length === 0
      ? [ok(`${target.name}: privileges`, plan ? "all that the next plan needs" : "all that every run needs")]
      : // What is missing on the database itself is among the checks above already.
        missing
          .filter(({ capability }) => capability.kind !== "create-on-database")
          .map(({ capability, hint }) => fail(`${target.name}: privileges`, capabilityText(capability), hint))
  if (!plan) return [...privileges, ok(`${target.name}: plan`, detail)]
  // Rows are not read here: on a large table that takes its time, and precheck does it before anything is touched.
  const { length: unchecked } = plan.dataChecks
  const findings = await precheck({ run: "doctor", plan: { ...plan, dataChecks: [] }, target })
  // What privileges and roles lack is among the checks above already.
  const others = findings.filter(
    ({ code, hint }) => code !== "ROLE_UNKNOWN" && !missing.some((each) => each.hint === hint),
  )
  return [
    ...privileges,
    ok(`${target.name}: plan`, detail),
    ...others.map((each) => checkOf(`${target.name}: precheck`, each)),
    ...(unchecked === 0 ? [] : [info(`${target.name}: rows`, rowsDetail(unchecked))]),
  ]
}

function rowsDetail(checks: number): string {
  const said = checks === 1 ? "one check" : `${checks} checks`
  return `not read here: ${said} of them ${checks === 1 ? "is" : "are"} part of the run's own precheck, before anything is touched`
}

async function nextPlan(
  app: App,
  target: TargetConfig,
): Promise<{ readonly plan: Plan | null; readonly detail: string }> {
  try {
    const { plan } = await makePlan(app, { target: target.name })
    const revisions = plan.revisions.map((revision) => revision.id).join(", ")
    const steps = plan.steps.filter(({ back }) => !back).length
    return { plan, detail: `next: ${revisions} in ${steps} step${steps === 1 ? "" : "s"}` }
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    if (error.code === "ALREADY_APPLIED") return { plan: null, detail: "everything is applied" }
    // Nothing is wrong with that: what comes after it can be looked at when it is done.
    if (error.code === "RUN_ACTIVE") return { plan: null, detail: error.message }
    throw error
  }
}

function capabilityText(capability: Capability): string {
  const about = Object.entries(capability)
    .filter(([key]) => key !== "kind")
    .map(([, value]) => (typeof value === "string" ? value : `${value.schema}.${value.name}`))
  return ["missing:", capability.kind.replaceAll("-", " "), ...about].join(" ")
}
