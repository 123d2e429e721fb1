import { setTimeout as sleep } from "node:timers/promises"
import type { Phase } from "../domain/phase.ts"
import type { RunStatus } from "../domain/run.ts"
import type { Control } from "../ledger/control.ts"
import { loadRun } from "../ledger/runs.ts"

/** How often the run's state is looked at, in milliseconds: what is shorter than this isn't seen. */
const everyMs = 20

/** Watches a run in the control database: how long it is in which phase, and whoever waits for something to be so. */
export class PhaseWatch {
  readonly #entered: { readonly phase: Phase; readonly at: number }[] = []
  readonly #stop = new AbortController()
  readonly #watching: Promise<void>
  #latest: RunStatus | null = null

  constructor(control: Control, run: string, onPhase: (phase: Phase) => void) {
    this.#watching = this.#watch(control, run, onPhase)
    this.#watching.catch(() => {})
  }

  async #watch(control: Control, run: string, onPhase: (phase: Phase) => void): Promise<void> {
    while (!this.#stop.signal.aborted) {
      this.#latest = await loadRun(control, run)
      const { phase } = this.#latest
      if (this.#entered.at(-1)?.phase !== phase) {
        this.#entered.push({ phase, at: Date.now() })
        onPhase(phase)
      }
      await sleep(everyMs)
    }
  }

  /** Waits until what the run looks like satisfies `isSo`; rejects when watching failed. */
  async until(isSo: (status: RunStatus) => boolean): Promise<RunStatus> {
    for (;;) {
      if (this.#latest && isSo(this.#latest)) return this.#latest
      await Promise.race([sleep(everyMs), this.#watching])
    }
  }

  /** Ends the watching and answers the milliseconds spent in each phase, in the order of the run. */
  async end(): Promise<readonly { readonly phase: Phase; readonly ms: number }[]> {
    const endedAt = Date.now()
    this.#stop.abort()
    await this.#watching
    return this.#entered.map(({ phase, at }, index) => ({
      phase,
      ms: Math.max(0, (this.#entered[index + 1]?.at ?? endedAt) - at),
    }))
  }
}
