import { SluiceError } from "../../domain/errors.ts"
import { sqlstateOf } from "../../postgres/map-error.ts"
import type { Session } from "../../postgres/session.ts"
import type { TargetRun } from "../target-run.ts"
import type { ThrottleSource, Unseen } from "./source.ts"
import { createSources } from "./sources.ts"

/**
 * Remembers which sources of load can be read as a run begins. One that can't be read when its backfill begins, days
 * later or after a worker's death, is then known to be lost, not missing from the start.
 */
export async function rememberSight(session: Session, run: TargetRun): Promise<void> {
  if (!run.plan.steps.some(({ action }) => action === "backfill")) return
  const seen: string[] = []
  for (const source of createSources(run)) if ((await sightOf(source, session)) === null) seen.push(source.name)
  await addToSight(session, run.run, seen)
}

/** Null where the source can be read; else why not. A query that the server refuses is a reason too. */
export async function sightOf(source: ThrottleSource, session: Session): Promise<Unseen | null> {
  try {
    return await source.sight(session)
  } catch (error) {
    if (!(error instanceof SluiceError) || sqlstateOf(error) === null || error.kind === "TransientError") throw error
    return { code: "THROTTLE_UNSEEN", reason: error.message, hint: error.finding.hint ?? "See `sluice doctor`." }
  }
}

/** Writes down that these sources, by name, can be read. */
export async function addToSight(session: Session, run: string, sources: readonly string[]): Promise<void> {
  if (sources.length === 0) return
  await session.query("INSERT INTO sluice.sight (run, source) SELECT $1, unnest($2::text[]) ON CONFLICT DO NOTHING", [
    run,
    sources,
  ])
}

/** The names of the sources that could be read once. */
export async function readSight(session: Session, run: string): Promise<ReadonlySet<string>> {
  const rows = await session.query<{ source: string }>("SELECT source FROM sluice.sight WHERE run = $1", [run])
  return new Set(rows.map(({ source }) => source))
}
