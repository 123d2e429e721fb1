import { createInterface } from "node:readline/promises"
import { RefusedError } from "../domain/errors.ts"
import type { Cli } from "./cli.ts"

/**
 * Lets a person think twice. Asks on a terminal only: a script that calls a dangerous verb means it, and must never
 * hang on a question. What loses data for good has to be meant explicitly, though: with `--yes`.
 */
export async function confirm(
  cli: Cli,
  question: string,
  yes: boolean,
  { losesData = false }: { readonly losesData?: boolean } = {},
): Promise<void> {
  if (yes || (!cli.output.canAsk && !losesData)) return
  if (!cli.output.canAsk) throw notConfirmed(`nobody can be asked here: ${question}`)
  const { stdin, stderr } = cli.surroundings
  const readline = createInterface({ input: stdin, output: stderr })
  // Ctrl-D is no answer: without this the question would stay open for ever.
  const closed = new Promise<string>((resolve) => readline.once("close", () => resolve("")))
  const answer = await Promise.race([readline.question(`${question} [y/N] `), closed])
  readline.close()
  if (/^y(es)?$/i.test(answer.trim())) return
  throw notConfirmed("not confirmed: nothing was sent")
}

function notConfirmed(message: string): RefusedError {
  return new RefusedError({
    code: "NOT_CONFIRMED",
    subject: "confirmation",
    message,
    hint: "--yes answers the question beforehand",
  })
}
