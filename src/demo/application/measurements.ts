/** What an application met with, so far. */
export interface ApplicationReport {
  /** Calls that were made, answered or not. */
  readonly requests: number
  readonly failed: number
  /** Writes that the database said yes to. */
  readonly acknowledged: number
  /** Writes whose answer was lost with the connection. They count as failed too. */
  readonly open: number
  /** By SQLSTATE, or by the system's code (`ECONNREFUSED`), or `ROW_MISSING` and `WRONG_ANSWER` for wrong answers. */
  readonly failures: Readonly<Record<string, { readonly count: number; readonly example: string }>>
  /** Of single calls. */
  readonly latencyMs: { readonly p50: number; readonly p99: number; readonly max: number }
  /** The longest that a connection waited from the beginning of a call for its next good answer, reconnecting included. */
  readonly worstStallMs: number
  /** Good answers by the statement's name. */
  readonly answered: Readonly<Record<string, number>>
}

/** Collects what becomes the report. Times come from the caller, in milliseconds. */
export class Measurements {
  #requests = 0
  #failed = 0
  #acknowledged = 0
  #open = 0
  #worstStallMs = 0
  readonly #latencies: number[] = []
  readonly #failures = new Map<string, { count: number; example: string }>()
  readonly #answered = new Map<string, number>()

  get requests(): number {
    return this.#requests
  }

  good(statement: string, isWrite: boolean, latencyMs: number, stallMs: number): void {
    this.#requests += 1
    if (isWrite) this.#acknowledged += 1
    this.#latencies.push(latencyMs)
    this.#worstStallMs = Math.max(this.#worstStallMs, stallMs)
    this.#answered.set(statement, (this.#answered.get(statement) ?? 0) + 1)
  }

  bad(code: string, example: string, latencyMs: number, stallMs: number, isOpen: boolean): void {
    this.#requests += 1
    this.#failed += 1
    if (isOpen) this.#open += 1
    this.#latencies.push(latencyMs)
    this.#worstStallMs = Math.max(this.#worstStallMs, stallMs)
    const known = this.#failures.get(code)
    if (known) known.count += 1
    else this.#failures.set(code, { count: 1, example })
  }

  report(): ApplicationReport {
    const sorted = this.#latencies.toSorted((a, b) => a - b)
    const at = (share: number): number => round(sorted[Math.ceil(sorted.length * share) - 1] ?? 0)
    return {
      requests: this.#requests,
      failed: this.#failed,
      acknowledged: this.#acknowledged,
      open: this.#open,
      failures: Object.fromEntries([...this.#failures].map(([code, failure]) => [code, { ...failure }])),
      latencyMs: { p50: at(0.5), p99: at(0.99), max: at(1) },
      worstStallMs: round(this.#worstStallMs),
      answered: Object.fromEntries(this.#answered),
    }
  }
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10
}
