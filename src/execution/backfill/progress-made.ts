import { RefusedError } from "../../domain/errors.ts"
import { displayName } from "../../domain/relation.ts"
import type { BackfillStep } from "../../domain/step.ts"
import { rest } from "../rest.ts"

/** So many passes in a row that fill nothing: a row that somebody holds now and then is met sooner. */
const fewest = 10
const apartMs = 250

/**
 * Watches that passes fill something. Rows may be in the way of each of them: held by others each time, or such that an
 * UPDATE leaves them as they are. That can't be told from here, and would go on for ever.
 */
export class ProgressMade {
  #filled = 0
  #passes = 0
  #since = 0

  /** A pass has ended after which `filled` rows were filled in all. Throws RefusedError ROWS_STAY_UNFILLED. */
  async afterPass(
    filled: number,
    step: BackfillStep,
    { budgetMs, signal }: { readonly budgetMs: number; readonly signal: AbortSignal },
  ): Promise<void> {
    if (filled > this.#filled) {
      this.#filled = filled
      this.#passes = 0
      return
    }
    if (this.#passes === 0) this.#since = Date.now()
    this.#passes += 1
    if (this.#passes >= fewest && Date.now() - this.#since > budgetMs) throw stuck(step)
    await rest(apartMs, signal)
  }
}

function stuck({ backfill }: BackfillStep): RefusedError {
  const table = displayName(backfill.relation)
  return new RefusedError({
    code: "ROWS_STAY_UNFILLED",
    subject: table,
    message: `rows of ${table} stay unfilled, pass after pass: an UPDATE doesn't change them, or others hold them each time`,
    hint: `Look for a BEFORE trigger of ${table} that returns NULL and for a rule ON UPDATE DO INSTEAD, which keep an UPDATE from its rows, and for sessions that lock the same rows again and again. Then \`sluice retry\`.`,
  })
}
