import { forecastBackup, type BackupForecast } from "../backup/forecast.ts"
import type { DatabaseIdentity } from "../domain/database-identity.ts"
import { RefusedError, throwOnErrors, UserError } from "../domain/errors.ts"
import type { Finding } from "../domain/finding.ts"
import type { GateMode, GateName } from "../domain/gate.ts"
import type { Plan, Strategy } from "../domain/plan.ts"
import type { VersionRoles } from "../domain/versions.ts"
import { appliedIn, runsIn } from "./journal-view.ts"
import { findConflict, type JournaledRun } from "../execution/journal.ts"
import { privilegeFindings } from "../execution/precheck/privileges.ts"
import { replicaIdentityFindings } from "../execution/precheck/replica-identity.ts"
import { subscriberFindings } from "../execution/precheck/subscribers.ts"
import { unknownRoleFindings } from "../execution/version-roles.ts"
import { runActive } from "../ledger/runs.ts"
import { catalogWish, compilePlan } from "../planner/compile.ts"
import type { PlanEvidence } from "../planner/evidence.ts"
import { readCatalog } from "../postgres/catalog-reader.ts"
import type { Session } from "../postgres/session.ts"
import { readIdentity } from "../postgres/database-identity.ts"
import { encodingFindings, type Written } from "../postgres/encoding.ts"
import { checkExpressions } from "../postgres/expressions.ts"
import { editedFindings } from "../revisions/edited.ts"
import { emptyRevisions } from "../revisions/empty.ts"
import type { Revision } from "../revisions/revision.ts"
import { loadParser } from "../sql/parser.ts"
import type { App } from "./context.ts"
import { refuseWhereUnrecorded } from "./empty-journal.ts"
import { explainForeign } from "./foreign-run.ts"
import { tellWhoKeeps } from "./kept-by.ts"
import { loadGraph } from "./load-graph.ts"
import { tellTablesElsewhere } from "./table-elsewhere.ts"

export interface PlanRequest {
  readonly target: string
  /** The revision to arrive at; without it the graph's only head. */
  readonly revision?: string | undefined
  readonly strategy?: Strategy | undefined
  /** Gates that shall differ from the target's. Part of the plan, so of its hash. */
  readonly gates?: Readonly<Partial<Record<GateName, GateMode>>> | undefined
  /** The roles of the old and the new version, where they aren't those of the target. Part of the plan as well. */
  readonly roles?: Partial<VersionRoles> | undefined
}

export interface MadePlan {
  readonly plan: Plan
  readonly findings: readonly Finding[]
  readonly evidence: PlanEvidence
  /** The database that it was made from. No part of the plan's hash. */
  readonly database: DatabaseIdentity
  /** What the run will back up before it changes anything. No part of the plan's hash either. */
  readonly backup: BackupForecast
  /** Why it can't be started at the moment: another run is at work on its relations. */
  readonly conflict: RefusedError | null
}

/** Compiles what must be applied against the target's live catalog. Nothing is stored, nothing is touched. */
export async function makePlan(app: App, request: PlanRequest): Promise<MadePlan> {
  const target = app.target(request.target)
  await loadParser()
  const graph = await loadGraph(app.config.migrations)
  const { id: wanted } = request.revision === undefined ? graph.head() : graph.find(request.revision)
  return app.inTarget(target, "plan", async (session) => {
    const recorded = await appliedIn(session)
    const applied = recorded.map((revision) => revision.id)
    refuseUnknownApplied(graph.unknownOf(applied), target.name)
    const edited = editedFindings(graph.revisions, recorded, target.name)
    const revisions = graph.pathTo(wanted, applied)
    if (revisions.length === 0) throw alreadyApplied(wanted, target.name, edited)
    const runs = await runsIn(session)
    await refuseUnderWay(app, target.name, runs, revisions)
    const versions = { ...target.versions, roles: { ...target.versions.roles, ...request.roles } }
    const catalog = await readCatalog(session, catalogWish(revisions, { schemas: target.schemas, versions }))
    const { plan, findings: compiled } = compilePlan({
      revisions,
      catalog,
      target: {
        name: target.name,
        schemas: target.schemas,
        versions,
        gates: { ...target.gates, ...request.gates },
        soakMs: target.soakMs,
        keepMs: target.keepMs,
        strategy: request.strategy ?? "expand-contract",
      },
    })
    const known = await tellWhoKeeps(app, runs, compiled)
    const told = await tellTablesElsewhere(session, known, target.schemas[0] ?? "public")
    const findings = [...edited, ...emptyRevisions(revisions), ...told]
    refuseWhereUnrecorded(findings, { target: target.name, revisions, recorded: recorded.length })
    throwOnErrors(findings)
    if (!plan) throw new UserError({ code: "NO_PLAN", subject: wanted, message: "no plan could be made" })
    const all = [
      ...findings,
      ...(await judgedExpressions(session, plan)),
      ...(await replicaIdentityFindings(session, plan)),
      ...(await subscriberFindings(session, plan)),
      ...(await unknownRoleFindings(session, plan.versions.roles)),
      ...(await encodingFindings(session, revisions.map(writtenOf))),
    ]
    throwOnErrors(all)
    const database = await readIdentity(session, target)
    const conflict = await conflictOf(app, plan, runs)
    const backup = await forecastBackup(session, plan.relations)
    return { plan, findings: all, evidence: { revisions, catalog, findings: all }, database, backup, conflict }
  })
}

function writtenOf({ id, title, operations }: Revision): Written {
  return { subject: id, text: JSON.stringify([title, operations]) }
}

/** Where PostgreSQL refuses an expression for want of rights, the statements that give what the plan needs say more. */
async function judgedExpressions(session: Session, plan: Plan): Promise<readonly Finding[]> {
  const refused = await checkExpressions(session, plan.expressionChecks)
  const isDenied = ({ code }: Finding): boolean => code === "PERMISSION_DENIED"
  if (!refused.some(isDenied)) return refused
  // What is missing on the database itself refuses no expression.
  const needs = plan.steps.flatMap((step) => step.needs).filter(({ kind }) => kind !== "create-on-database")
  const missing = await privilegeFindings(session, needs)
  return missing.length === 0 ? refused : [...refused.filter((finding) => !isDenied(finding)), ...missing]
}

/** Nothing is left to be planned; that a file was edited since is the likeliest reason to have asked. */
function alreadyApplied(revision: string, target: string, edited: readonly Finding[]): RefusedError {
  const finding = {
    code: "ALREADY_APPLIED",
    severity: "error",
    subject: revision,
    message: `${revision} is applied in ${target} already`,
    hint: `sluice current --target ${target} shows what is; sluice new writes the next revision`,
  } as const
  return new RefusedError(finding, { findings: [finding, ...edited] })
}

/** The folder is older than the database: a plan made from it would build on what it doesn't know. */
function refuseUnknownApplied(unknown: readonly string[], target: string): void {
  if (unknown.length === 0) return
  throw new RefusedError({
    code: "APPLIED_REVISION_MISSING",
    subject: unknown.join(", "),
    message: `${target} has revisions applied that no file here describes: ${unknown.join(", ")}`,
    hint: "bring the migrations folder up to date",
  })
}

/** Half-way through a run the catalog shows neither the old shape nor the new: what is planned then is nonsense. */
async function refuseUnderWay(
  app: App,
  target: string,
  runs: readonly JournaledRun[],
  revisions: readonly Revision[],
): Promise<void> {
  const ids = revisions.map((revision) => revision.id)
  const other = runs.find((run) => run.state === "active" && run.revisions.some((id) => ids.includes(id)))
  if (other) throw await explainForeign(app, target, { run: other.run, refusal: runActive(other.run) })
}

async function conflictOf(app: App, plan: Plan, runs: readonly JournaledRun[]): Promise<RefusedError | null> {
  const conflict = findConflict(plan, runs)
  return conflict && explainForeign(app, plan.target, conflict)
}
