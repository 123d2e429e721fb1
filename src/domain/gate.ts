/** The gates in their order; each bears the name of the phase that it opens or ends. */
export const gateNames = ["dual-write", "switch", "contract", "purge"] as const
export type GateName = (typeof gateNames)[number]

/**
 * The gate on the way back: the old shape is back and both are written, the new one is about to go. It waits for the
 * last application that writes the new one alone.
 */
export const returnGate = "new-writers-gone"

/** Everything that a run can wait at for a decision. */
export const waitNames = [...gateNames, returnGate] as const
export type WaitName = (typeof waitNames)[number]

/** What a gate's `proceed` allows, in the words shown to a person. */
export const gateMeanings: Readonly<Record<WaitName, string>> = {
  "dual-write": "the application that writes both shapes may go out",
  switch: "the application that knows only the new shape may go out",
  contract: "the old shape is hidden, and what kept applications working that know only it ends",
  purge: "what was hidden is dropped for good",
  "new-writers-gone": "every application is back on the old shape: the new one goes",
}

/** `manual` waits for a decision, `auto` passes at once, `{afterMs}` passes by itself after that many milliseconds. */
export type GateMode = "manual" | "auto" | { readonly afterMs: number }
export type Gates = Readonly<Record<GateName, GateMode>>
