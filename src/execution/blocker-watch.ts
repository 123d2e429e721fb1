import type { Blocker } from "../domain/run.ts"
import { findBlockers } from "../postgres/blockers.ts"
import type { Session } from "../postgres/session.ts"
import type { Claimed } from "./claimed.ts"
import { rest } from "./rest.ts"

/**
 * Looks, from a second session, who is in the way of a first one. The second session is opened when a wait has lasted
 * a while, so that a step that gets its lock at once costs no connection.
 */
export class BlockerWatch {
  readonly #claimed: Claimed
  readonly #report: (blockers: readonly Blocker[]) => Promise<void>
  #last: readonly Blocker[] = []

  constructor(claimed: Claimed, report: (blockers: readonly Blocker[]) => Promise<void>) {
    this.#claimed = claimed
    this.#report = report
  }

  /** Who was seen in the way most lately; empty where nobody ever was. */
  get last(): readonly Blocker[] {
    return this.#last
  }

  /** Runs `work` on `session`; if it lasts longer than `afterMs`, asks every `everyMs` who blocks it, and reports. */
  async during<T>(session: Session, { afterMs, everyMs }: WatchTimes, work: () => Promise<T>): Promise<T> {
    const over = new AbortController()
    const watching = this.#watch(session.pid, afterMs, everyMs, over.signal)
    try {
      return await work()
    } finally {
      over.abort()
      await watching
    }
  }

  /** Says that nobody is in the way any more, if somebody was. */
  async clear(): Promise<void> {
    if (this.#last.length > 0) await this.#report([])
  }

  /** Never throws: a wait must not fail because nobody could look at it. */
  async #watch(pid: number, afterMs: number, everyMs: number, over: AbortSignal): Promise<void> {
    try {
      await rest(afterMs, over)
      await this.#claimed.withWatch(async (watcher) => {
        while (!over.aborted) {
          await this.#look(watcher, pid)
          await rest(everyMs, over)
        }
      })
    } catch {
      // Over, or the server is unreachable: then the work itself fails and says so.
    }
  }

  async #look(watcher: Session, pid: number): Promise<void> {
    const blockers = await findBlockers(watcher, pid)
    if (blockers.length === 0) return
    this.#last = blockers
    await this.#report(blockers)
  }
}

/** In milliseconds. */
export interface WatchTimes {
  readonly afterMs: number
  readonly everyMs: number
}
