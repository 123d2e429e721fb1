import { condition } from "@temporalio/workflow"

/** One decision at a time: two that arrive together, or one beside a gate's own timer, are judged one after the other. */
export class Turns {
  #taken = false

  async take<T>(work: () => Promise<T>): Promise<T> {
    await condition(() => !this.#taken)
    this.#taken = true
    try {
      return await work()
    } finally {
      this.#taken = false
    }
  }
}
