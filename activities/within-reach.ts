import type { TargetConfig } from "../src/config/config.ts"
import { RefusedError, TransientError } from "../src/domain/errors.ts"
import { withSession, type Session } from "../src/postgres/session.ts"

/** How long one try may take, in milliseconds, and how often it is tried: a person waits for the answer. */
const tryMs = 3_000
const tries = 2

/**
 * Asks the target something that a decision depends on. Decisions are judged one after the other, so that one which
 * waited for an unreachable target would hold up every other: after some seconds that is the answer. Throws RefusedError
 * TARGET_UNREACHABLE.
 */
export async function withinReach<T>(
  target: TargetConfig,
  applicationName: string,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await withSession({ url: target.url, applicationName, withinMs: tryMs }, work)
    } catch (error) {
      if (!(error instanceof TransientError)) throw error
      if (tried === tries) throw unreachable(target, error)
    }
  }
}

function unreachable({ name }: TargetConfig, cause: TransientError): RefusedError {
  return new RefusedError(
    {
      code: "TARGET_UNREACHABLE",
      subject: name,
      message: `the target can't be reached, and the decision can't be judged without it: ${cause.message}`,
      hint: "Send it again once the target answers.",
    },
    { cause },
  )
}
