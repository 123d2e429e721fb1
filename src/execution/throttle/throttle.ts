import type { Session } from "../../postgres/session.ts"
import { sqlstateOf } from "../../postgres/map-error.ts"
import type { TargetRun } from "../target-run.ts"
import { addToSight, readSight, sightOf } from "./sight.ts"
import { blind, clear, type Reading, type ThrottleSettings, type ThrottleSource } from "./source.ts"
import { createSources } from "./sources.ts"

/** Any one source can stop a backfill; so can the loss of one that could be read when its run began. */
export class Throttle {
  readonly #looks: readonly Look[]

  constructor(sources: readonly ThrottleSource[]) {
    this.#looks = sources.map((source) => ({ source, reading: clear, nextAt: 0, isOn: true }))
  }

  /** With every source that can be read now, or could be once. Precheck has named the others. */
  static async open(session: Session, run: TargetRun): Promise<Throttle> {
    const seen = await readSight(session, run.run)
    const sources: ThrottleSource[] = []
    const added: string[] = []
    for (const source of createSources(run)) {
      const isSeen = (await sightOf(source, session)) === null
      if (isSeen || seen.has(source.name)) sources.push(source)
      if (isSeen && !seen.has(source.name)) added.push(source.name)
    }
    await addToSight(session, run.run, added)
    return new Throttle(sources)
  }

  /**
   * Why to rest, with every source that says so; null: nothing stands against going on. Throws only where the session
   * itself is lost.
   */
  async read(session: Session, settings: ThrottleSettings): Promise<string | null> {
    const reasons: string[] = []
    for (const look of this.#looks) {
      await take(look, session, settings)
      const { source, reading } = look
      if (reading.state === "busy") reasons.push(`${source.name}: ${reading.reason}`)
      if (reading.state === "blind") reasons.push(`${source.name} can't be seen: ${reading.reason}`)
    }
    return reasons.length === 0 ? null : reasons.join("; ")
  }

  async close(): Promise<void> {
    await Promise.all(this.#looks.map(({ source }) => source.close?.()))
  }
}

/** A source, and what it said when it was last looked at. */
interface Look {
  readonly source: ThrottleSource
  reading: Reading
  nextAt: number
  isOn: boolean
}

async function take(look: Look, session: Session, settings: ThrottleSettings): Promise<void> {
  const { source } = look
  const wasOn = look.isOn
  look.isOn = source.isOn(settings)
  if (!look.isOn) {
    if (wasOn) await source.forget?.(session)
    look.reading = clear
    look.nextAt = 0
  } else if (Date.now() >= look.nextAt) {
    look.nextAt = Date.now() + (source.everyMs ?? 0)
    look.reading = await readOne(source, session, settings)
  }
}

async function readOne(source: ThrottleSource, session: Session, settings: ThrottleSettings): Promise<Reading> {
  try {
    return await source.read(session, settings)
  } catch (error) {
    const sqlstate = sqlstateOf(error)
    // Connection and shutdown errors are the whole backfill's, not the source's.
    if (sqlstate === null || sqlstate.startsWith("08") || sqlstate.startsWith("57P")) throw error
    return blind(`SQLSTATE ${sqlstate}`)
  }
}
