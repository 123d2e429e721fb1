/** The phases of a run in their order. A strategy may leave some out; it never reorders them. */
export const phases = [
  "precheck",
  "plan",
  "backup",
  "rehearse",
  "expand",
  "dual-write",
  "backfill",
  "verify",
  "switch",
  "soak",
  "contract",
  "keep",
  "purge",
  "complete",
] as const
export type Phase = (typeof phases)[number]

/** True when `phase` comes after `other` in the order of a run. */
export function isAfter(phase: Phase, other: Phase): boolean {
  return phases.indexOf(phase) > phases.indexOf(other)
}
