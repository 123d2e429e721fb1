import { formatByteSize, parseByteSize } from "../domain/byte-size.ts"
import { formatDuration, parseDuration } from "../domain/duration.ts"
import type { Limits } from "./config.ts"

/** One limit: how `sluice.yaml` and `sluice tune` write it, and what it means. */
export interface LimitDefinition {
  /** What the program, and the target's row of knobs, call it. */
  readonly key: keyof Limits
  readonly kind: "duration" | "count" | "bytes" | "bytes per second"
  /** In the kind's own unit: milliseconds, number, bytes. Null: off. */
  readonly otherwise: number | null
  readonly least: number
  readonly most: number
  /** True where `off` may be written: then nothing watches it. */
  readonly mayBeOff: boolean
  readonly meaning: string
}

const [minute, month] = [60_000, 30 * 86_400_000]
const [kilobyte, gigabyte, petabyte] = [1024, 1024 ** 3, 1024 ** 5]

/** All limits, by the names that `sluice.yaml` gives them. The one list: the file, the knobs and the reference follow it. */
export const limitDefinitions = {
  lockTimeout: {
    key: "lockTimeoutMs",
    kind: "duration",
    otherwise: 500,
    // A lock_timeout of 0 would mean "wait for ever" to PostgreSQL: the opposite of what a limit is for.
    least: 1,
    most: minute,
    mayBeOff: false,
    meaning: "How long a statement of Sluice's may wait for a lock before it stands back and tries again.",
  },
  lockBudget: {
    key: "lockBudgetMs",
    kind: "duration",
    otherwise: 10 * minute,
    least: 1,
    most: month,
    mayBeOff: false,
    meaning:
      "How long a step goes on trying to get its locks, and how long a backfill waits for rows that stay locked.",
  },
  batchDuration: {
    key: "batchDurationMs",
    kind: "duration",
    // Rows of a batch are locked meanwhile: with longer ones, one in a hundred requests of a busy application waits.
    otherwise: 50,
    least: 5,
    most: minute,
    mayBeOff: false,
    meaning:
      "What one batch of a backfill should take. An application may have to wait about as long for a row; a batch that makes one wait longer than lockTimeout is broken off.",
  },
  parallelRanges: {
    key: "parallelRanges",
    kind: "count",
    otherwise: 2,
    least: 1,
    most: 32,
    mayBeOff: false,
    meaning: "Ranges of a table that are filled at the same time. Each is a connection of its own.",
  },
  restRatio: {
    key: "restRatio",
    kind: "count",
    otherwise: 10,
    least: 0,
    most: 100,
    mayBeOff: false,
    meaning:
      "How long a backfill rests after each batch while others are at work on the server, in times of what the batch took: 10 leaves them ten elevenths of it; a smaller one fills faster, and they feel it. Its ranges then take turns, and its batches take a tenth of batchDuration. With nobody else there, and with 0, it doesn't.",
  },
  maxReplicaLag: {
    key: "maxReplicaLagMs",
    kind: "duration",
    otherwise: 10_000,
    least: 1,
    most: month,
    mayBeOff: true,
    meaning:
      "A backfill rests while a replica or subscriber is further behind, or needs longer for what it has before it, until it is at half of that.",
  },
  maxSlotLag: {
    key: "maxSlotLagBytes",
    kind: "bytes",
    otherwise: 10 * gigabyte,
    least: kilobyte,
    most: petabyte,
    mayBeOff: true,
    meaning:
      "A backfill rests while a replication slot keeps more of the log on disk, until it is at four fifths of that; and while a slot is about to lose its log to max_slot_wal_keep_size.",
  },
  maxArchiveLag: {
    key: "maxArchiveLagBytes",
    kind: "bytes",
    otherwise: gigabyte,
    least: kilobyte,
    most: petabyte,
    mayBeOff: true,
    meaning: "A backfill rests while more of the log waits to be archived, until it is at half of that.",
  },
  maxWalRate: {
    key: "maxWalBytesPerSecond",
    kind: "bytes per second",
    otherwise: null,
    least: kilobyte,
    most: petabyte,
    mayBeOff: true,
    meaning:
      "A backfill rests while the whole server writes more log than that. After a quiet while, five seconds' worth may come at once; what goes beyond is waited for, at most half a minute.",
  },
} as const satisfies Readonly<Record<string, LimitDefinition>>

export type LimitName = keyof typeof limitDefinitions
export const limitNames = Object.keys(limitDefinitions) as readonly LimitName[]

/** A limit's value (null: off), or what is wrong with the text and how it is written. */
export type ReadLimit = { readonly value: number | null } | { readonly problem: string; readonly hint: string }

export function readLimit(name: LimitName, text: string): ReadLimit {
  const { kind, least, most, mayBeOff }: LimitDefinition = limitDefinitions[name]
  if (mayBeOff && text === "off") return { value: null }
  const { noun, hint, parse } = notations[kind]
  const value = parse(text)
  if (value !== null && value >= least && value <= most) return { value }
  const bounds = `${formatLimit(name, least)} to ${formatLimit(name, most)}`
  const problem = value === null ? `is not ${noun}` : `must be from ${bounds}`
  return { problem, hint: mayBeOff ? `${hint}, or off` : hint }
}

/** As a person would write it. */
export function formatLimit(name: LimitName, value: number | null): string {
  return value === null ? "off" : notations[limitDefinitions[name].kind].format(value)
}

interface Notation {
  readonly noun: string
  readonly hint: string
  readonly parse: (text: string) => number | null
  readonly format: (value: number) => string
}

const notations: Readonly<Record<LimitDefinition["kind"], Notation>> = {
  duration: {
    noun: "a duration",
    hint: "write a number with a unit: 500ms, 10s, 10m, 2h, 7d",
    parse: parseDuration,
    format: formatDuration,
  },
  count: {
    noun: "a whole number",
    hint: "write a whole number",
    parse: (text) => (/^\d+$/.test(text) ? Number(text) : null),
    format: String,
  },
  bytes: {
    noun: "a size",
    hint: "write a number with a unit: 512MB, 10GB",
    parse: parseByteSize,
    format: formatByteSize,
  },
  "bytes per second": {
    noun: "a size per second",
    hint: "write a number with a unit, per second: 20MB/s",
    parse: (text) => (/^.+\/s$/.test(text) ? parseByteSize(text.slice(0, -2)) : null),
    format: (value) => `${formatByteSize(value)}/s`,
  },
}
