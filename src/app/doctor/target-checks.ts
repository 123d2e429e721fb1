import type { TargetConfig } from "../../config/config.ts"
import type { Capability } from "../../domain/capability.ts"
import { SluiceError } from "../../domain/errors.ts"
import type { Plan } from "../../domain/plan.ts"
import { precheck } from "../../execution/precheck.ts"
import { missingCapabilities } from "../../postgres/capabilities.ts"
import type { Session } from "../../postgres/session.ts"
import { findPostgresTool } from "../../postgres/tools.ts"
import type { App } from "../context.ts"
import { makePlan } from "../make-plan.ts"
import { checkOf, fail, look, ok, warn, type Check } from "./check.ts"

const supportedMajors = { least: 15, most: 18 } as const

/** Everything that a run in this target would stumble over. */
export async function targetChecks(app: App, target: TargetConfig): Promise<readonly Check[]> {
  const name = target.name
  let major = 0
  const reached = await look(name, () =>
    app.inTarget(target, "doctor", async (session) => {
      const version = await versionOf(session)
      major = version.major
      return [serverCheck(name, version), await scratchCheck(app, name, session)]
    }),
  )
  // Without an answer every other look would fail for the same reason.
  if (major === 0) return reached
  return [
    ...reached,
    ...(await look(`${name}: pg_dump`, () => dumpCheck(name, major))),
    ...(await look(`${name}: plan`, () => planChecks(app, target))),
  ]
}

async function versionOf(session: Session): Promise<{ readonly major: number; readonly text: string }> {
  const [row] = await session.query<{ number: string; text: string }>(
    "SELECT current_setting('server_version_num') AS number, current_setting('server_version') AS text",
  )
  return { major: Math.floor(Number(row?.number ?? 0) / 10_000), text: row?.text ?? "unknown" }
}

function serverCheck(name: string, { major, text }: { readonly major: number; readonly text: string }): Check {
  const { least, most } = supportedMajors
  if (major < least) return fail(`${name}: server`, `PostgreSQL ${text}`, `${least} is the oldest that is supported`)
  if (major > most) return warn(`${name}: server`, `PostgreSQL ${text}`, `newer than any that this Sluice was tested with (${most})`)
  return ok(`${name}: server`, `PostgreSQL ${text}`)
}

async function dumpCheck(name: string, major: number): Promise<readonly Check[]> {
  const path = await findPostgresTool("pg_dump", major)
  return [ok(`${name}: pg_dump`, path)]
}

/** Where backups are restored for comparison. */
async function scratchCheck(app: App, name: string, session: Session): Promise<Check> {
  const label = `${name}: scratch`
  if (app.config.backups.scratchUrl) return ok(label, "backups.scratch is set")
  const [row] = await session.query<{ may: boolean; role: string }>(
    "SELECT rolcreatedb OR rolsuper AS may, rolname AS role FROM pg_roles WHERE rolname = current_user",
  )
  if (row?.may) return ok(label, "the target's own server; the role may create databases")
  const role = JSON.stringify(row?.role ?? "")
  return warn(
    label,
    "the role may not create databases here, so backups are restored in the embedded server, if there is one",
    `set backups: {scratch: {url: …}}, or ALTER ROLE ${role} CREATEDB`,
  )
}

/** What is to be applied next decides what is needed; where nothing is, what every run needs. */
async function planChecks(app: App, target: TargetConfig): Promise<readonly Check[]> {
  const { plan, detail } = await nextPlan(app, target)
  const needs: readonly Capability[] = [{ kind: "create-on-database" }, ...(plan?.steps.flatMap((step) => step.needs) ?? [])]
  const missing = await app.inTarget(target, "doctor", (session) => missingCapabilities(session, needs))
  const privileges =
    missing.length === 0
      ? [ok(`${target.name}: privileges`, plan ? "all that the next plan needs" : "all that every run needs")]
      : missing.map(({ capability, hint }) => fail(`${target.name}: privileges`, capabilityText(capability), hint))
  if (!plan) return [...privileges, ok(`${target.name}: plan`, detail)]
  // Rows are not read here: on a large table that takes its time, and precheck does it before anything is touched.
  const findings = await precheck({ run: "doctor", plan: { ...plan, dataChecks: [] }, target })
  const others = findings.filter((finding) => !missing.some((each) => each.hint === finding.hint))
  return [...privileges, ok(`${target.name}: plan`, detail), ...others.map((each) => checkOf(`${target.name}: precheck`, each))]
}

async function nextPlan(app: App, target: TargetConfig): Promise<{ readonly plan: Plan | null; readonly detail: string }> {
  try {
    const { plan } = await makePlan(app, { target: target.name })
    const revisions = plan.revisions.map((revision) => revision.id).join(", ")
    return { plan, detail: `next: ${revisions} in ${plan.steps.length} steps` }
  } catch (error) {
    if (!(error instanceof SluiceError) || error.code !== "ALREADY_APPLIED") throw error
    return { plan: null, detail: "everything is applied" }
  }
}

function capabilityText(capability: Capability): string {
  const about = Object.entries(capability)
    .filter(([key]) => key !== "kind")
    .map(([, value]) => (typeof value === "string" ? value : `${value.schema}.${value.name}`))
  return ["missing:", capability.kind.replaceAll("-", " "), ...about].join(" ")
}
