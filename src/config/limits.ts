import type { Limits } from "./config.ts"
import { limitDefinitions, limitNames, readLimit, type LimitName } from "./limit-definitions.ts"
import type { Field, Reading } from "./reading.ts"
import { mapping, text } from "./values.ts"

/** What holds where `sluice.yaml` says nothing. */
export const defaultLimits: Limits = limitsFrom((name) => limitDefinitions[name].otherwise)

export function limits(reading: Reading, field: Field | undefined): Limits {
  const members = field ? mapping(reading, field, limitNames) : new Map<string, Field>()
  return limitsFrom((name) => readField(reading, members.get(name), name))
}

function limitsFrom(valueOf: (name: LimitName) => number | null): Limits {
  return {
    lockTimeoutMs: valueOf("lockTimeout") ?? limitDefinitions.lockTimeout.otherwise,
    lockBudgetMs: valueOf("lockBudget") ?? limitDefinitions.lockBudget.otherwise,
    batchDurationMs: valueOf("batchDuration") ?? limitDefinitions.batchDuration.otherwise,
    parallelRanges: valueOf("parallelRanges") ?? limitDefinitions.parallelRanges.otherwise,
    restRatio: valueOf("restRatio") ?? limitDefinitions.restRatio.otherwise,
    maxReplicaLagMs: valueOf("maxReplicaLag"),
    maxSlotLagBytes: valueOf("maxSlotLag"),
    maxArchiveLagBytes: valueOf("maxArchiveLag"),
    maxWalBytesPerSecond: valueOf("maxWalRate"),
  }
}

function readField(reading: Reading, field: Field | undefined, name: LimitName): number | null {
  const { otherwise } = limitDefinitions[name]
  const value = text(reading, field)
  if (value === null || !field) return otherwise
  const read = readLimit(name, value)
  if ("value" in read) return read.value
  reading.mistake("CONFIG_VALUE", field.line, field.path, `${field.path} ${read.problem}`, read.hint)
  return otherwise
}
