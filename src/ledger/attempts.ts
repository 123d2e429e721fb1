import { setTimeout as delay } from "node:timers/promises"
import type { Phase } from "../domain/phase.ts"
import { outcomeOfError, stepAfter, type AttemptOutcome } from "./attempt-outcome.ts"
import { Ledger } from "./chain.ts"
import type { Control } from "./control.ts"
import type { LedgerEntry } from "../domain/ledger-entry.ts"
import type { Place } from "./place.ts"
import { phaseEntered, stepBegan, stepEnded } from "./steps.ts"
import { isUnreachable } from "./unreachable.ts"

/** Which attempt it is. */
export interface AttemptOf {
  readonly actor: string
  readonly run: string
  /** A step of the plan, or null for other work (precheck, backup). */
  readonly step: string | null
  /** Starts at 1. */
  readonly attempt: number
  /** When its work was first scheduled (see place.ts). Missing: what it tells always counts. */
  readonly decidedAt?: number
  readonly phase: Phase
  /** What the work is called: `performStep`. */
  readonly activity?: string
  /** Default: `undo` where the activity's name says so, else `do`. */
  readonly direction?: "do" | "undo"
  /** Aborted when the attempt is cancelled: its failure is then recorded as `cancelled`. */
  readonly signal?: AbortSignal
  /** Called again and again while the outcome can't be written yet: the attempt is alive. */
  readonly onWaiting?: () => void
}

export interface RecorderOptions {
  /** How long the outcome is sent again while the control database can't be reached. Default 60 s. */
  readonly patienceMs?: number
}

/**
 * Puts every attempt between two rows of the ledger: an intent before it begins (no intent, no work), an outcome
 * after it. What an intent without an outcome has done, the journal in the target says.
 */
export class AttemptRecorder {
  readonly #ledger: Ledger
  readonly #patienceMs: number

  constructor(control: Control, options: RecorderOptions = {}) {
    this.#ledger = new Ledger(control)
    this.#patienceMs = options.patienceMs ?? 60_000
  }

  /**
   * Records, works, records. `TransientError` CONTROL_UNREACHABLE where the intent couldn't be written (nothing was
   * done) or the outcome couldn't (the next attempt then sees that it is done).
   */
  async around<T>(
    about: AttemptOf,
    work: () => Promise<T>,
    outcomeOf: (result: T) => Readonly<Record<string, unknown>>,
  ): Promise<T> {
    const intent = await this.#recordIntent(about)
    let result: T
    try {
      result = await work()
    } catch (error) {
      const unrecorded = await this.#recordOutcome(about, intent, outcomeOfError(error, about.signal))
      // A cancellation must arrive as one; any other failure comes again when the work is tried again.
      throw unrecorded !== null && !about.signal?.aborted ? unrecorded : error
    }
    const unrecorded = await this.#recordOutcome(about, intent, { outcome: "done", ...outcomeOf(result) })
    if (unrecorded !== null) throw unrecorded
    return result
  }

  async #recordIntent(about: AttemptOf): Promise<LedgerEntry> {
    return this.#ledger.within(async (tx, append) => {
      await phaseEntered(tx, about.run, about.phase, placeOf(about))
      if (about.step !== null && directionOf(about) === "do") await stepBegan(tx, about.run, about.step, placeOf(about))
      return append({ ...named(about), kind: "attempt.intent", detail: detailOf(about, {}) })
    })
  }

  /** Answers the error of the last try where the time was up, null once the outcome stands. */
  async #recordOutcome(about: AttemptOf, intent: LedgerEntry, outcome: AttemptOutcome): Promise<unknown> {
    const giveUpAt = Date.now() + this.#patienceMs
    for (let pauseMs = 100; ; pauseMs = Math.min(2 * pauseMs, 5_000)) {
      try {
        await this.#writeOutcome(about, intent, outcome)
        return null
      } catch (error) {
        if (!isUnreachable(error) || Date.now() + pauseMs > giveUpAt) return error
      }
      about.onWaiting?.()
      await delay(pauseMs)
    }
  }

  async #writeOutcome(about: AttemptOf, intent: LedgerEntry, outcome: AttemptOutcome): Promise<void> {
    await this.#ledger.within(async (tx, append) => {
      const end = stepAfter(outcome, directionOf(about))
      if (about.step !== null && end) await stepEnded(tx, about.run, about.step, end, placeOf(about))
      const detail = detailOf(about, { intent: intent.seq, ...outcome })
      // Its answer may have been lost on the way: sent again it counts once.
      await append({ ...named(about), kind: "attempt.outcome", detail }, `outcome/${intent.seq}`)
    })
  }
}

function placeOf({ decidedAt, attempt }: AttemptOf): Place | undefined {
  return decidedAt === undefined ? undefined : { decidedAt, attempt }
}

function directionOf(about: AttemptOf): "do" | "undo" {
  return about.direction ?? (about.activity?.startsWith("undo") ? "undo" : "do")
}

function named({ actor, run, step, attempt }: AttemptOf) {
  return { actor, run, attempt, ...(step === null ? {} : { step }) }
}

function detailOf(about: AttemptOf, rest: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { phase, activity = null } = about
  return { phase, activity, direction: directionOf(about), ...rest }
}
