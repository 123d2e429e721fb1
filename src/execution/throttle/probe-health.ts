import type { ProbeConfig, Secret } from "../../config/config.ts"
import { askProbe } from "../../health/probe.ts"
import type { Session } from "../../postgres/session.ts"
import { busy, clear, type Reading, type ThrottleSettings, type ThrottleSource, type Unseen } from "./source.ts"

/**
 * Rests while one of the target's probes fails: once it has failed more often in a row than it may, until it has
 * answered well as often in a row. Before its first good answer nothing is filled. It is asked on the side, so that one
 * that hangs holds nothing up.
 */
export class ProbeHealth implements ThrottleSource {
  readonly name: string
  readonly #probe: ProbeConfig
  readonly #url: Secret
  readonly #over = new AbortController()
  #asking: Promise<void> | null = null
  #nextAt = 0
  #state: "unknown" | "well" | "ill" = "unknown"
  /** Answers of the same kind in a row; the newest one's kind is in `#problem`. */
  #inARow = 0
  /** What is wrong by the newest answer; null: nothing. */
  #problem: string | null = null

  /** `url`: of the target, for SQL probes. */
  constructor(probe: ProbeConfig, url: Secret) {
    this.name = `probe ${probe.name}`
    this.#probe = probe
    this.#url = url
  }

  isOn({ watchProbes }: Pick<ThrottleSettings, "watchProbes">): boolean {
    return watchProbes
  }

  /** An address that doesn't answer is ill, not unseen. */
  async sight(): Promise<Unseen | null> {
    const answer = this.#probe.kind === "sql" ? await askProbe(this.#probe, this.#url, this.#over.signal) : null
    if (answer?.state !== "unanswerable") return null
    return {
      code: "PROBE_UNANSWERABLE",
      reason: answer.problem,
      hint: "Correct the probe in sluice.yaml, or its rights.",
    }
  }

  async read(_session: Session, _settings: ThrottleSettings): Promise<Reading> {
    if (this.#asking === null && Date.now() >= this.#nextAt) {
      this.#nextAt = Date.now() + this.#probe.everyMs
      this.#asking = this.#ask().finally(() => (this.#asking = null))
    }
    return this.#state === "well" ? clear : busy(this.#reason())
  }

  async forget(): Promise<void> {
    this.#state = "unknown"
    this.#inARow = 0
  }

  async close(): Promise<void> {
    this.#over.abort()
    await this.#asking
  }

  async #ask(): Promise<void> {
    const answer = await askProbe(this.#probe, this.#url, this.#over.signal).catch(() => null)
    if (answer) this.#note(answer.state === "well" ? null : answer.problem)
  }

  #note(problem: string | null): void {
    this.#inARow = (problem === null) === (this.#problem === null) ? this.#inARow + 1 : 1
    this.#problem = problem
    const isSettled = this.#inARow > this.#probe.failuresAllowed
    if (problem === null && (isSettled || this.#state === "unknown")) this.#state = "well"
    if (problem !== null && isSettled) this.#state = "ill"
  }

  #reason(): string {
    const allowed = this.#probe.failuresAllowed
    if (this.#inARow === 0) return "it hasn't answered yet"
    if (this.#problem === null) return `it answers well again, ${this.#inARow} of ${allowed + 1} times in a row`
    return `${this.#problem}, ${this.#inARow} times in a row (limit ${allowed}, failuresAllowed)`
  }
}
