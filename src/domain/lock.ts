/** PostgreSQL's table lock modes, weakest first, as in its manual's "Explicit Locking". */
export const lockModes = [
  "none",
  "AccessShare",
  "RowShare",
  "RowExclusive",
  "ShareUpdateExclusive",
  "Share",
  "ShareRowExclusive",
  "Exclusive",
  "AccessExclusive",
] as const
export type LockMode = (typeof lockModes)[number]
