import { RefusedError, type ErrorFinding } from "../domain/errors.ts"
import type { Session } from "../postgres/session.ts"
import { checkFence } from "./fence.ts"
import { writeJournal } from "./journal-rows.ts"
import type { KnownParts } from "./known-parts.ts"
import type { StepContext } from "./step-context.ts"

/**
 * Triggers were off, and no comparison can tell what that did. A person is told so once: whoever retries then has
 * decided to go on.
 */
export class NothingTells extends RefusedError {
  /** What the journal calls the telling. */
  readonly told: string
  /** The triggers as they were seen then. */
  readonly parts: KnownParts

  constructor(finding: ErrorFinding, told: string, parts: KnownParts) {
    super(finding)
    this.told = told
    this.parts = parts
  }
}

/** Notes it in the journal: what is touched from now on is told anew. */
export async function noteTold(
  session: Session,
  { claimed, attempt }: Pick<StepContext, "claimed" | "attempt">,
  { told, parts }: NothingTells,
): Promise<void> {
  await session.transaction(async () => {
    await checkFence(session, claimed.claim)
    await writeJournal(session, claimed.claim, attempt, { step: told, direction: "do", outcome: "observed", parts })
  })
}
