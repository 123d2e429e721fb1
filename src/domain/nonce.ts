import type { WaitName } from "./gate.ts"

/** A decision that bears a nonce. `gate`: the one that it was about, or that it names. */
export interface NoncedDecision {
  readonly verb: string
  readonly gate: WaitName | null
  readonly nonce: string
}

/** By what a decision is known again that arrives twice. */
export function nonceKey({ verb, gate, nonce }: NoncedDecision): string {
  return [verb, gate ?? "", nonce].join(" ")
}

/**
 * True where the decision is one that stands already. One nonce counts once for each verb, and for each gate where the
 * decision names one: a nonce that two different decisions bear doesn't make the second one vanish.
 */
export function isRepeated(keys: readonly string[], { verb, gate, nonce }: NoncedDecision): boolean {
  if (gate !== null) return keys.includes(nonceKey({ verb, gate, nonce }))
  return keys.some((key) => key.startsWith(`${verb} `) && nonceOf(key) === nonce)
}

/** The nonce within a key; of the bare nonces that earlier versions remembered, itself. */
export function nonceOf(key: string): string {
  return /^[a-z]+ [a-z-]* (.*)$/s.exec(key)?.[1] ?? key
}
