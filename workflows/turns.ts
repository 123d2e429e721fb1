import { condition } from "@temporalio/workflow"

/**
 * One at a time: decisions that arrive together, or one beside a gate's own timer, are judged one after the other; and
 * what the run itself has recorded of its state is told in turn with them, so that the last word is the newest.
 */
export class Turns {
  readonly #isStrict: boolean
  #taken = false

  /** `isStrict`: false for a history that was begun by a version which let several in when the turn became free. */
  constructor(isStrict: boolean) {
    this.#isStrict = isStrict
  }

  async take<T>(work: () => Promise<T>): Promise<T> {
    if (!this.#isStrict) await condition(() => !this.#taken)
    // Asked again after each wait: all who wait are woken together.
    else while (this.#taken) await condition(() => !this.#taken)
    this.#taken = true
    try {
      return await work()
    } finally {
      this.#taken = false
    }
  }

  /** Has the run's own state recorded. What `work` says of it must be asked when it is called. */
  tell<T>(work: () => Promise<T>): Promise<T> {
    return this.#isStrict ? this.take(work) : work()
  }
}
