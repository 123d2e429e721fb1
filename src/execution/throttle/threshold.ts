/** A limit with a memory: once passed, it counts as passed until the value is well below it. */
export class Threshold {
  readonly #wellAt: number
  #isPassed = false

  /** `wellAt`: at which share of the limit all is well again. */
  constructor(wellAt: number) {
    this.#wellAt = wellAt
  }

  isPassedBy(value: number, limit: number): boolean {
    this.#isPassed = value > (this.#isPassed ? limit * this.#wellAt : limit)
    return this.#isPassed
  }

  forget(): void {
    this.#isPassed = false
  }
}
