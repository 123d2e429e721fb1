/** What kind of thing a ledger entry records. */
export const entryKinds = [
  "run.started", // somebody asked for a run, and the plan was accepted
  "run.adopted", // a run that had lost its workflow was taken up again
  "run.state", // the run's state changed; detail: {state, phase, waitingFor}
  "plan.stored",
  "attempt.intent", // before each attempt of an activity that touches the target
  "attempt.outcome", // after it; detail: {outcome: done | failed | cancelled | observed, …}
  "gate.opened", // a gate waits; detail: {gate, evidenceHash}
  "decision.accepted", // a verb was carried out; detail: {verb, gate, reason, nonce, evidenceHash}
  "decision.refused", // and why not
  "backup.registered",
  "run.ended",
  "recover.intent", // before a run that no control database knows is ended by its target's journal; detail: {run, target}
  "recover.outcome", // after it; detail: {run, target, state, undone, left}, the last two as numbers
  "stamp.intent", // before revisions are recorded as applied without running them; detail: {target, revisions, versions}
  "stamp.outcome", // after it; detail: {target, outcome: done | failed, revisions, versions}
] as const
export type EntryKind = (typeof entryKinds)[number]

/** One entry as it stands in the chain. `hash` = sha256 of the canonical JSON of every other member. */
export interface LedgerEntry {
  /** Starts at 1, without gaps. */
  readonly seq: number
  /** ISO 8601, UTC, milliseconds, by the control database's clock. */
  readonly at: string
  readonly actor: string
  readonly kind: EntryKind
  readonly run: string | null
  readonly step: string | null
  readonly attempt: number | null
  readonly detail: Readonly<Record<string, unknown>>
  readonly previousHash: string
  readonly hash: string
}

/** What a caller gives; the ledger adds the rest. */
export interface NewEntry {
  readonly actor: string
  readonly kind: EntryKind
  readonly run?: string
  readonly step?: string
  readonly attempt?: number
  readonly detail: Readonly<Record<string, unknown>>
}
