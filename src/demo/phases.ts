import { setTimeout as sleep } from "node:timers/promises"
import { returnGate } from "../domain/gate.ts"
import type { Phase } from "../domain/phase.ts"
import type { RunStatus } from "../domain/run.ts"
import type { Control } from "../ledger/control.ts"
import { loadRun } from "../ledger/runs.ts"

/** How often the run's state is looked at, in milliseconds: what is shorter than this isn't seen. */
const everyMs = 20

type OnPhase = (phase: Phase, back: boolean) => void

/** A stretch of a run. */
export interface PhaseTime {
  readonly phase: Phase
  /** True from when the run is taken back: the same phases, the other way round. */
  readonly back: boolean
  readonly ms: number
}

/** Watches a run in the control database: how long it is in which phase, and whoever waits for something to be so. */
export class PhaseWatch {
  readonly #entered: { readonly phase: Phase; readonly back: boolean; readonly at: number }[] = []
  readonly #stop = new AbortController()
  readonly #watching: Promise<void>
  #latest: RunStatus | null = null

  constructor(control: Control, run: string, onPhase: OnPhase) {
    this.#watching = this.#watch(control, run, onPhase)
    this.#watching.catch(() => {})
  }

  async #watch(control: Control, run: string, onPhase: OnPhase): Promise<void> {
    while (!this.#stop.signal.aborted) {
      this.#latest = await loadRun(control, run)
      const { phase } = this.#latest
      const last = this.#entered.at(-1)
      const back = (last?.back ?? false) || isTakenBack(this.#latest)
      if (last?.phase !== phase || last.back !== back) {
        this.#entered.push({ phase, back, at: Date.now() })
        onPhase(phase, back)
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
  async end(): Promise<readonly PhaseTime[]> {
    const endedAt = Date.now()
    this.#stop.abort()
    await this.#watching
    return this.#entered.map(({ phase, back, at }, index) => ({
      phase,
      back,
      ms: Math.max(0, (this.#entered[index + 1]?.at ?? endedAt) - at),
    }))
  }
}

/** At its gate a run that is taken back only waits, and at its end it isn't aborting any more. */
function isTakenBack({ state, waitingFor }: RunStatus): boolean {
  return state === "aborting" || state === "aborted" || waitingFor === returnGate
}
