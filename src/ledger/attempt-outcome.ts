import { SluiceError } from "../domain/errors.ts"
import type { Finding } from "../domain/finding.ts"
import type { StepEnd } from "./steps.ts"

/** The detail of an outcome row: `outcome` is done, observed, failed or cancelled; the rest is the attempt's own. */
export interface AttemptOutcome {
  readonly outcome: unknown
  readonly error?: Finding
  readonly [member: string]: unknown
}

/** How an attempt that threw has ended. Errors that aren't ours bear no message: nobody vouches for their words. */
export function outcomeOfError(error: unknown, signal: AbortSignal | undefined): AttemptOutcome {
  if (signal?.aborted || (error instanceof Error && /^(AbortError|CancelledFailure)$/.test(error.name))) {
    return { outcome: "cancelled" }
  }
  if (error instanceof SluiceError) return { outcome: "failed", kind: error.kind, error: findingOf(error.finding) }
  const name = error instanceof Error ? error.name : typeof error
  const message = `an unexpected ${name}`
  return { outcome: "failed", kind: "BugError", error: { code: "BUG", severity: "error", subject: "attempt", message } }
}

/** What `status` shows of the step afterwards; null: its state stays as it was. */
export function stepAfter({ outcome, error }: AttemptOutcome, direction: "do" | "undo"): StepEnd | null {
  if (outcome === "failed") return { state: "failed", error: error ?? null }
  // Cancelled: not done, as far as one knows here.
  if (outcome === "cancelled") return direction === "do" ? { state: "pending", error: null } : null
  return { state: direction === "do" ? "done" : "undone", error: null }
}

/** Cut to what an entry can hold: plain members, a message of bounded length. */
function findingOf({ code, severity, subject, message, hint }: Finding): Finding {
  return { code, severity, subject, message: message.slice(0, 2_000), ...(hint === undefined ? {} : { hint }) }
}
