import type { Session } from "../../postgres/session.ts"

/** What a source says: nothing against it, too much load, or that it can't see any more what it saw before. */
export type Reading =
  | { readonly state: "clear" }
  | { readonly state: "busy"; readonly reason: string }
  | { readonly state: "blind"; readonly reason: string }

export const clear: Reading = { state: "clear" }

/** What sources need to know of the backfill at the moment. */
export interface ThrottleSettings {
  /** null: lag isn't watched. */
  readonly maxReplicaLagMs: number | null
  readonly batchDurationMs: number
  /** The backfill's own sessions. */
  readonly pids: readonly number[]
}

/** One thing that can stop a backfill. A source that throws is blind. */
export interface ThrottleSource {
  readonly name: string
  read(session: Session, settings: ThrottleSettings): Promise<Reading>
}
