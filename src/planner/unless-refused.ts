import { SluiceError } from "../domain/errors.ts"

/** An operation that will be refused may not know what it leaves behind. */
export function unlessRefused<T>(ask: () => T, otherwise: T): T {
  try {
    return ask()
  } catch (error) {
    if (error instanceof SluiceError) return otherwise
    throw error
  }
}
