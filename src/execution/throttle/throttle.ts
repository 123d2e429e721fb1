import type { Session } from "../../postgres/session.ts"
import { sqlstateOf } from "../../postgres/map-error.ts"
import { lockWaiters } from "./lock-waiters.ts"
import { canSeeReplication, ReplicaLag } from "./replica-lag.ts"
import { slotLag } from "./slot-lag.ts"
import type { Reading, ThrottleSettings, ThrottleSource } from "./source.ts"

/** Any one source can stop a backfill; so can the loss of one that could be read when it began. */
export class Throttle {
  readonly #sources: readonly ThrottleSource[]

  constructor(sources: readonly ThrottleSource[]) {
    this.#sources = sources
  }

  /** With every source that can be read now. Precheck has named the others. */
  static async open(session: Session): Promise<Throttle> {
    return new Throttle([lockWaiters, slotLag, ...((await canSeeReplication(session)) ? [new ReplicaLag()] : [])])
  }

  /** Why to rest; null: nothing stands against going on. Throws only where the session itself is lost. */
  async read(session: Session, settings: ThrottleSettings): Promise<string | null> {
    for (const source of this.#sources) {
      const reading = await readOne(source, session, settings)
      if (reading.state === "busy") return reading.reason
      if (reading.state === "blind") return `${source.name} can't be seen: ${reading.reason}`
    }
    return null
  }
}

async function readOne(source: ThrottleSource, session: Session, settings: ThrottleSettings): Promise<Reading> {
  try {
    return await source.read(session, settings)
  } catch (error) {
    const sqlstate = sqlstateOf(error)
    // Connection and shutdown errors are the whole backfill's, not the source's.
    if (sqlstate === null || sqlstate.startsWith("08") || sqlstate.startsWith("57P")) throw error
    return { state: "blind", reason: `SQLSTATE ${sqlstate}` }
  }
}
