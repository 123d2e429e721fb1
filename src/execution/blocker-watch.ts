import type { Blocker } from "../domain/run.ts"
import { ageBlockers } from "../postgres/blocker-age.ts"
import { findBlockers } from "../postgres/blockers.ts"
import type { Session } from "../postgres/session.ts"
import type { Claimed } from "./claimed.ts"
import { rest } from "./rest.ts"

/**
 * Looks, from a second session, who is in the way of a first one, until it is stopped. The second session is opened
 * when a wait has lasted a while, so that a step that gets its lock at once costs no connection; it then stays open
 * over all tries, because one try may be shorter than connecting takes.
 */
export class BlockerWatch {
  readonly #claimed: Pick<Claimed, "withWatch">
  readonly #report: (blockers: readonly Blocker[]) => Promise<void>
  readonly #over = new AbortController()
  #watching: Promise<void> | null = null
  #last: readonly Blocker[] = []
  /** As they were reported, those that have gone left out. */
  #shown: readonly Blocker[] = []

  constructor(claimed: Pick<Claimed, "withWatch">, report: (blockers: readonly Blocker[]) => Promise<void>) {
    this.#claimed = claimed
    this.#report = report
  }

  /** Who was seen in the way most lately; empty where nobody ever was. */
  get last(): readonly Blocker[] {
    return this.#last
  }

  /** From `afterMs` on asks every `everyMs` who blocks the session. Called again, it goes on as it does. */
  start(session: Session, times: WatchTimes): void {
    this.#watching ??= this.#watch(session.pid, times)
  }

  /** Ends the looking. What was reported last stays: where the wait failed, it says why. */
  async stop(): Promise<void> {
    this.#over.abort()
    await this.#watching
  }

  /** Ends the looking; then, if somebody was in the way, says that nobody is any more. */
  async clear(): Promise<void> {
    await this.stop()
    if (this.#last.length > 0) await this.#report([])
  }

  /** Never throws: a wait must not fail because nobody could look at it. */
  async #watch(pid: number, { afterMs, everyMs }: WatchTimes): Promise<void> {
    const { signal } = this.#over
    try {
      await rest(afterMs, signal)
      await this.#claimed.withWatch(async (watcher) => {
        while (!signal.aborted) {
          await this.#look(watcher, pid)
          await rest(everyMs, signal)
        }
      })
    } catch {
      // Over, or the server is unreachable: then the work itself fails and says so.
    }
  }

  async #look(watcher: Session, pid: number): Promise<void> {
    const blockers = await findBlockers(watcher, pid)
    if (this.#over.signal.aborted) return
    if (blockers.length > 0) {
      this.#last = this.#shown = blockers
      await this.#report(blockers)
    } else if (this.#shown.length > 0) {
      // Between two tries, and in a pause, nobody waits; those in the way are there all the same, and grow older.
      this.#shown = await ageBlockers(watcher, this.#shown)
      await this.#report(this.#shown)
    }
  }
}

/** In milliseconds. */
export interface WatchTimes {
  readonly afterMs: number
  readonly everyMs: number
}
