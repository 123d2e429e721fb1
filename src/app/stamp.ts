import { RefusedError, SluiceError, UserError } from "../domain/errors.ts"
import type { PlannedRevision } from "../domain/plan.ts"
import type { VersionSchema } from "../domain/versions.ts"
import type { TargetConfig } from "../config/config.ts"
import {
  createVersion,
  ensureJournal,
  keeperOf,
  refreshVersion,
  refuseWhileActive,
  stampRevisions,
  type VersionState,
} from "../execution/journal.ts"
import { Ledger } from "../ledger/chain.ts"
import { versionSchemaOf } from "../operations/views/names.ts"
import { newPath, setPath } from "../operations/views/role-path.ts"
import { presentViews } from "../planner/version-views.ts"
import { parseConnectionUrl } from "../postgres/connection-url.ts"
import { readCatalog } from "../postgres/catalog-reader.ts"
import type { Session } from "../postgres/session.ts"
import { ident, sql } from "../sql/sql.ts"
import type { App } from "./context.ts"
import { explainActive } from "./foreign-run.ts"
import { appliedIn } from "./journal-view.ts"
import { loadGraph } from "./load-graph.ts"
import { demandThere } from "./not-there.ts"

export interface StampRequest {
  readonly target: string
  /** What is recorded as applied, with everything before it. Left out, with `views`: nothing, the present is meant. */
  readonly revision?: string | undefined
  /** Also make the version schemas of the present shape. */
  readonly views: boolean
  /** Record it without a look at whether the target has what the revisions make. */
  readonly unchecked?: boolean
}

export interface Stamped {
  readonly target: string
  /** The revision that the target is now said to be at; null: at none. */
  readonly revision: string | null
  /** Revisions that weren't recorded as applied before. */
  readonly recorded: readonly string[]
  readonly schemas: readonly { readonly name: string; readonly views: number; readonly state: VersionState }[]
  /** The search_path of applications of this version; empty where no views were asked for. */
  readonly searchPath: readonly string[]
  /** Puts the role there that `versions.roles.old` names (`…` where it names none); null where no views were asked for. */
  readonly statement: string | null
}

/** What a stamp is about to do. */
interface Intent {
  readonly revision: string | null
  readonly revisions: readonly PlannedRevision[]
  readonly versions: readonly VersionSchema[]
}

/**
 * Records revisions as applied in a target without running them, as Alembic's stamp does, and makes the version schema
 * of the present shape. Said again, it changes nothing. Nothing is ever taken back by it: a revision that is applied
 * stays so. Throws RefusedError REVISION_NOT_THERE where the tables don't have what a revision makes.
 */
export async function stamp(app: App, request: StampRequest): Promise<Stamped> {
  const target = app.target(request.target)
  if (request.views && !target.versions.schemas) throw versionsOff(target.name)
  const intent = await intentOf(app, target, request)
  const ledger = new Ledger(await app.control())
  const said = {
    target: target.name,
    revisions: intent.revisions.map(({ id }) => id),
    versions: intent.versions.map(({ name }) => name),
  }
  await ledger.append({ actor: app.actor, kind: "stamp.intent", detail: said })
  try {
    const done = await app.inTarget(target, "stamp", (session) => carryOut(session, target, intent))
    const detail = { ...said, outcome: "done", revisions: done.recorded }
    await ledger.append({ actor: app.actor, kind: "stamp.outcome", detail })
    const searchPath = newPath({ made: intent.versions })
    const statement = searchPath.length === 0 ? null : statementFor(target, searchPath)
    return { target: target.name, revision: intent.revision, ...done, searchPath, statement }
  } catch (error) {
    const code = error instanceof SluiceError ? error.code : "BUG"
    await ledger.append({ actor: app.actor, kind: "stamp.outcome", detail: { ...said, outcome: "failed", code } })
    throw await explainActive(app, target.name, error)
  }
}

async function intentOf(
  app: App,
  target: TargetConfig,
  { revision, views, unchecked = false }: StampRequest,
): Promise<Intent> {
  const graph = await loadGraph(app.config.migrations)
  const applied = await app.inTarget(target, "stamp", appliedIn)
  const ids = applied.map(({ id }) => id)
  const wanted = revision === undefined ? null : graph.find(revision).id
  // One that is applied already is named for its views: what isn't among those before it was undone.
  const missing = wanted === null || ids.includes(wanted) ? [] : graph.pathTo(wanted, ids)
  if (!unchecked) await app.inTarget(target, "stamp", (session) => demandThere(session, target, missing))
  const revisions = missing.map(({ id, parents, title, contentHash }) => ({ id, parents, title, contentHash }))
  const all = [...applied, ...revisions]
  const ends = all.filter(({ id }) => !all.some(({ parents }) => parents.includes(id))).map(({ id }) => id)
  if (revision === undefined && !views) throw revisionMissing()
  const at = wanted ?? presentOf(ends, target.name)
  if (views && at !== null && !ends.includes(at)) throw notPresent(at, ends, target.name)
  return { revision: at, revisions, versions: views ? target.schemas.map((base) => versionSchemaOf(base, at)) : [] }
}

async function carryOut(
  session: Session,
  target: TargetConfig,
  { revisions, versions }: Intent,
): Promise<Pick<Stamped, "recorded" | "schemas">> {
  await ensureJournal(session)
  return session.transaction(async () => {
    await refuseWhileActive(session)
    const recorded = await stampRevisions(session, revisions)
    if (versions.length === 0) return { recorded, schemas: [] }
    const names = versions.map(({ name }) => name)
    const want = { schemas: [...target.schemas, ...names], relations: [], inFull: target.schemas, functions: [] }
    const catalog = await readCatalog(session, want)
    const schemas: Stamped["schemas"][number][] = []
    for (const version of versions) {
      const keptBy = await keeperOf(session, version.revision)
      const contents = { version, views: presentViews(version, catalog), rights: catalog.rights, keptBy }
      const isOurs = catalog.versionSchemas.some(({ name, base }) => name === version.name && base === version.base)
      if (!isOurs && catalog.schemas.includes(version.name)) throw taken(version.name)
      if (!isOurs) await createVersion(session, contents)
      const state = isOurs ? await refreshVersion(session, contents) : "created"
      schemas.push({ name: version.name, views: contents.views.length, state })
    }
    return { recorded, schemas }
  })
}

/** Until the next change, applications of the present shape are those that it will call old. */
function statementFor({ url, versions }: TargetConfig, searchPath: readonly string[]): string {
  const role = versions.roles.old === null ? sql`…` : ident(versions.roles.old)
  return setPath(role, parseConnectionUrl(url).database, searchPath)
}

function presentOf(ends: readonly string[], target: string): string | null {
  if (ends.length <= 1) return ends[0] ?? null
  throw new UserError({
    code: "SEVERAL_HEADS",
    subject: target,
    message: `${target} is at several revisions: ${ends.join(", ")}`,
    hint: "Name the one whose applications shall use the views, or join them with `sluice merge`.",
  })
}

function notPresent(revision: string, ends: readonly string[], target: string): RefusedError {
  return new RefusedError({
    code: "VERSION_NOT_PRESENT",
    subject: revision,
    message: `${target} is at ${ends.join(", ")}: its tables don't have the shape of ${revision} any more`,
    hint: `sluice stamp --views --target ${target} makes the views of the present shape`,
  })
}

function taken(name: string): RefusedError {
  return new RefusedError({
    code: "VERSION_SCHEMA_TAKEN",
    subject: name,
    message: `the target has a schema ${name} that isn't one of Sluice's version schemas`,
    hint: "Rename it, or give the revision another id.",
  })
}

function versionsOff(target: string): UserError {
  return new UserError({
    code: "VERSIONS_OFF",
    subject: target,
    message: `${target} has no version views: its applications use the tables themselves`,
    hint: `set versions: {schemas: true} for ${target} in sluice.yaml`,
  })
}

function revisionMissing(): UserError {
  return new UserError({
    code: "BAD_ARGUMENT",
    subject: "stamp",
    message: "name the revision that is to be recorded as applied",
    hint: "with --views alone, the views of the present shape are made and nothing is recorded",
  })
}
