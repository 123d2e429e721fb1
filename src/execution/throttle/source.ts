import type { Limits } from "../../config/config.ts"
import type { Session } from "../../postgres/session.ts"

/**
 * What a source says: nothing against it, too much load, or that it can't see any more what it saw before. Reasons are
 * for a person: what is how far from its limit. Never row data.
 */
export type Reading =
  | { readonly state: "clear" }
  | { readonly state: "busy"; readonly reason: string }
  | { readonly state: "blind"; readonly reason: string }

export const clear: Reading = { state: "clear" }
export const busy = (reason: string): Reading => ({ state: "busy", reason })
export const blind = (reason: string): Reading => ({ state: "blind", reason })

/** What sources need to know of the backfill at the moment: the limits, tuning included, and its own sessions. */
export interface ThrottleSettings extends Limits {
  /** False: an operator has said that a failing probe stops nothing. */
  readonly watchProbes: boolean
  readonly pids: readonly number[]
}

/** Why a source can't be read, as a finding says it. */
export interface Unseen {
  /** The finding's code. */
  readonly code: string
  readonly reason: string
  readonly hint: string
}

/**
 * One thing that can stop a backfill, and does so until it is well again: it goes on at less than what stopped it, so
 * that it doesn't flicker. An instance serves one backfill.
 */
export interface ThrottleSource {
  /** As `status` and findings call it. */
  readonly name: string
  /** How often it is worth a look, in milliseconds; without it: at every turn. */
  readonly everyMs?: number
  /** False where the target's limits or an operator have switched it off. */
  isOn(settings: Omit<ThrottleSettings, "pids">): boolean
  /** Null where it can be read; asked beforehand. */
  sight(session: Session): Promise<Unseen | null>
  /** An error that it throws counts as blind, unless the session itself is lost. */
  read(session: Session, settings: ThrottleSettings): Promise<Reading>
  /** It was switched off: switched on again, it begins anew. */
  forget?(session: Session): Promise<void>
  /** Ends what it does beside the session that it is handed. */
  close?(): Promise<void>
}
