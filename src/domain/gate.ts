/** The gates in their order; each bears the name of the phase that it opens or ends. */
export const gateNames = ["dual-write", "switch", "contract", "purge"] as const
export type GateName = (typeof gateNames)[number]

/** What a gate's `proceed` allows, in the words shown to a person. */
export const gateMeanings: Readonly<Record<GateName, string>> = {
  "dual-write": "the application that writes both shapes may go out",
  switch: "the application that knows only the new shape may go out",
  contract: "the old shape is hidden",
  purge: "what was hidden is dropped for good",
}

/** `manual` waits for a decision, `auto` passes at once, `{afterMs}` passes by itself after that many milliseconds. */
export type GateMode = "manual" | "auto" | { readonly afterMs: number }
export type Gates = Readonly<Record<GateName, GateMode>>
