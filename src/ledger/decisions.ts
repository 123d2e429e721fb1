import type { WaitName } from "../domain/gate.ts"
import { nonceKey, type NoncedDecision } from "../domain/nonce.ts"
import type { DecidedBy, OperatorVerb } from "../domain/run.ts"
import { findAppended } from "./append.ts"
import { Ledger } from "./chain.ts"
import type { Control } from "./control.ts"
import type { LedgerEntry } from "../domain/ledger-entry.ts"
import { insertEvidence } from "./evidence.ts"

export interface Decision {
  readonly actor: string
  readonly run: string
  readonly planHash: string
  readonly verb: OperatorVerb
  readonly gate: WaitName | null
  /** What was in view, or null. */
  readonly evidenceHash: string | null
  readonly reason: string | null
  /** Makes a decision that arrives twice count once; null: each arrival counts. */
  readonly nonce: string | null
  /** How it arrived: `update`, `signal`, `gate mode`. */
  readonly by: string
  /** What had stopped, of a verb that is about that; else null. */
  readonly about?: string | null
  /** Null: carried out. Else why not. */
  readonly refusal: { readonly code: string; readonly message: string } | null
}

/**
 * Records a decision, accepted or refused. `counted` is false where this decision, by its nonce, stands as accepted
 * already: then nothing is written, and the standing entry is answered.
 */
export async function recordDecision(
  control: Control,
  decision: Decision,
): Promise<{ readonly entry: LedgerEntry; readonly counted: boolean }> {
  const { actor, run, refusal, nonce, ...rest } = decision
  const once = nonce === null ? undefined : onceOf(run, { ...rest, nonce })
  return new Ledger(control).within(async (tx, append) => {
    const standing = once === undefined ? null : await findAppended(tx, once)
    if (standing) return { entry: standing, counted: false }
    const detail = { ...rest, nonce, ...(refusal === null ? {} : { refusal }) }
    const kind = refusal === null ? "decision.accepted" : "decision.refused"
    // A refused one doesn't use its nonce up: the same decision may be right later.
    return { entry: await append({ actor, kind, run, detail }, refusal === null ? once : undefined), counted: true }
  })
}

/** The key under which a decision is appended once, however often it arrives. */
export function onceOf(run: string, decision: NoncedDecision): string {
  return `decision/${run}/${nonceKey(decision)}`
}

/** Stores what is known at a gate, records that it waits, and answers the evidence's hash. Told twice, one entry. */
export async function recordGate(
  control: Control,
  gate: { readonly run: string; readonly planHash: string; readonly gate: WaitName; readonly evidence: unknown },
): Promise<{ readonly evidenceHash: string }> {
  return new Ledger(control).within(async (tx, append) => {
    const kind = `gate/${gate.gate}`
    const evidence = { plan: gate.planHash, run: gate.run, kind, content: gate.evidence }
    const evidenceHash = await insertEvidence(tx, evidence)
    const detail = { gate: gate.gate, evidenceHash }
    await append({ actor: "sluice", kind: "gate.opened", run: gate.run, detail }, `${kind}/${gate.run}/${evidenceHash}`)
    return { evidenceHash }
  })
}

/** The gates whose `proceed` was carried out, in the order in which that happened. */
export async function gatesPassedOf(control: Control, run: string): Promise<readonly WaitName[]> {
  const rows = await control.query<{ gate: WaitName }>(
    `SELECT detail ->> 'gate' AS gate
       FROM sluice_control.entry
      WHERE run = $1 AND kind = 'decision.accepted' AND detail ->> 'verb' = 'proceed' AND detail ->> 'gate' IS NOT NULL
      GROUP BY detail ->> 'gate' ORDER BY min(seq)`,
    [run],
  )
  return rows.map(({ gate }) => gate)
}

/** Who paused the run last, whether it has been resumed since or not; null where nobody has. */
export async function lastPauseOf(control: Control, run: string): Promise<DecidedBy | null> {
  const found = await lastOf(control, run, ["pause"])
  return found && { actor: found.actor, at: found.at, reason: found.reason }
}

/** Who sent the run back last; null where nobody has. */
export async function lastWayBackOf(
  control: Control,
  run: string,
): Promise<(DecidedBy & { readonly verb: "abort" | "undo" }) | null> {
  return lastOf(control, run, ["abort", "undo"])
}

async function lastOf<Verb extends OperatorVerb>(
  control: Control,
  run: string,
  verbs: readonly Verb[],
): Promise<(DecidedBy & { readonly verb: Verb }) | null> {
  const [row] = await control.query<{ actor: string; at: Date; reason: string | null; verb: Verb }>(
    `SELECT actor, at, detail ->> 'reason' AS reason, detail ->> 'verb' AS verb
       FROM sluice_control.entry
      WHERE run = $1 AND kind = 'decision.accepted' AND detail ->> 'verb' = ANY ($2)
      ORDER BY seq DESC LIMIT 1`,
    [run, verbs],
  )
  return row ? { ...row, at: row.at.toISOString() } : null
}
