import type { Limits } from "./config.ts"
import type { Field, Reading } from "./reading.ts"
import { count, duration, mapping, text } from "./values.ts"

export const defaultLimits: Limits = {
  lockTimeoutMs: 500,
  lockBudgetMs: 600_000,
  batchDurationMs: 250,
  maxReplicaLagMs: 10_000,
  parallelRanges: 2,
}

/** The bounds of `parallelRanges`, in the file and in `sluice tune`. Each range is a connection of its own. */
export const parallelRangesBounds = { least: 1, most: 32 } as const

const keys = ["lockTimeout", "lockBudget", "batchDuration", "maxReplicaLag", "parallelRanges"] as const

export function limits(reading: Reading, field: Field | undefined): Limits {
  const members = field ? mapping(reading, field, keys) : new Map<string, Field>()
  // A lock_timeout of 0 would mean "wait for ever" to PostgreSQL: the opposite of what a limit is for.
  return {
    lockTimeoutMs: duration(reading, members.get("lockTimeout"), defaultLimits.lockTimeoutMs, 1),
    lockBudgetMs: duration(reading, members.get("lockBudget"), defaultLimits.lockBudgetMs, 1),
    batchDurationMs: duration(reading, members.get("batchDuration"), defaultLimits.batchDurationMs, 1),
    maxReplicaLagMs: replicaLag(reading, members.get("maxReplicaLag")),
    parallelRanges: count(reading, members.get("parallelRanges"), defaultLimits.parallelRanges, parallelRangesBounds),
  }
}

/** `off`: replicas are not watched. */
function replicaLag(reading: Reading, field: Field | undefined): number | null {
  const before = reading.mistakes.length
  if (text(reading, field) === "off") return null
  return reading.mistakes.length > before
    ? defaultLimits.maxReplicaLagMs
    : duration(reading, field, defaultLimits.maxReplicaLagMs ?? 0, 1)
}
