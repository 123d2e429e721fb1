import type { GateMode, GateName } from "../domain/gate.ts"

/** `sluice.yaml` and the environment, read once and complete: every default is filled in. Durations in milliseconds. */
export interface Config {
  /** Absolute path of the file, or null where no file was found and the verb needs none. */
  readonly file: string | null
  /** The files that secrets were read from, by their absolute paths, with what they held. */
  readonly secretFiles: Readonly<Record<string, Secret>>
  /** The folder that relative paths start from. */
  readonly directory: string
  readonly temporal: TemporalConfig
  readonly control: { readonly url: Secret }
  /** Absolute path. */
  readonly migrations: string
  readonly backups: { readonly directory: string; readonly scratchUrl: Secret | null }
  readonly targets: Readonly<Record<string, TargetConfig>>
}

export interface TemporalConfig {
  readonly address: string
  readonly namespace: string
  /** From TEMPORAL_* variables and profiles (`@temporalio/envconfig`); null: plain connection. */
  readonly tls: {
    readonly ca?: Buffer
    readonly cert?: Buffer
    readonly key?: Buffer
    readonly serverName?: string
  } | null
  readonly apiKey: Secret | null
}

export interface TargetConfig {
  readonly name: string
  readonly url: Secret
  /** The environment variables that stand in the url, by name; left out: unknown. */
  readonly urlVariables?: readonly string[]
  /** At least one; the first is where unqualified names of revisions live. */
  readonly schemas: readonly string[]
  readonly versions: {
    readonly schemas: boolean
    readonly roles: { readonly old: string | null; readonly new: string | null }
  }
  readonly gates: Readonly<Record<GateName, GateMode>>
  readonly soakMs: number
  readonly keepMs: number
  readonly limits: Limits
  readonly probes: readonly ProbeConfig[]
}

/**
 * Limits that a run keeps to; each is also a knob of `sluice tune`. What they mean and their defaults: see
 * limit-definitions.ts. Null: off.
 */
export interface Limits {
  readonly lockTimeoutMs: number
  readonly lockBudgetMs: number
  readonly batchDurationMs: number
  readonly parallelRanges: number
  /** A backfill's rest after a batch while others are at work, in times of the batch's duration. */
  readonly restRatio: number
  readonly maxReplicaLagMs: number | null
  readonly maxSlotLagBytes: number | null
  readonly maxArchiveLagBytes: number | null
  readonly maxWalBytesPerSecond: number | null
}

export type ProbeConfig =
  | {
      readonly name: string
      readonly kind: "http"
      readonly url: string
      readonly everyMs: number
      readonly failuresAllowed: number
    }
  | {
      readonly name: string
      readonly kind: "sql"
      readonly sql: string
      readonly expect: string
      readonly everyMs: number
      readonly failuresAllowed: number
    }

/** A value that must not be printed: `toString`, JSON and `util.inspect` give `***`; only `reveal()` gives the text. */
export class Secret {
  readonly #value: string
  constructor(value: string) {
    this.#value = value
  }
  reveal(): string {
    return this.#value
  }
  toString(): string {
    return "***"
  }
  toJSON(): string {
    return "***"
  }
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return "***"
  }
}
