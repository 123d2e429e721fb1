import { ActivityFailure, ApplicationFailure, TimeoutFailure } from "@temporalio/common"
import type { Finding } from "../src/domain/finding.ts"

/** The finding inside a failed activity, as activities/failure.ts packed it; a made one for Temporal's own failures. */
export function findingOf(error: unknown): Finding {
  const cause = causeOf(error)
  if (cause instanceof ApplicationFailure) {
    const [detail] = (cause.details ?? []) as readonly { readonly finding?: Finding }[]
    if (detail?.finding) return detail.finding
    return bug(cause.message)
  }
  if (cause instanceof TimeoutFailure) {
    return {
      code: "ATTEMPT_TIMED_OUT",
      severity: "error",
      subject: "worker",
      message: `The attempt ran into Temporal's ${cause.timeoutType} timeout.`,
      hint: "See whether a worker polls the target's queue (`sluice doctor`), then retry.",
    }
  }
  return bug(error instanceof Error ? error.message : String(error))
}

/** All findings of a failed activity: a precheck that found five things says all five. */
export function findingsOf(error: unknown): readonly Finding[] {
  const cause = causeOf(error)
  if (cause instanceof ApplicationFailure) {
    const [detail] = (cause.details ?? []) as readonly { readonly findings?: readonly Finding[] }[]
    if (detail?.findings && detail.findings.length > 0) return detail.findings
  }
  return [findingOf(error)]
}

function causeOf(error: unknown): unknown {
  return error instanceof ActivityFailure ? error.cause : error
}

function bug(message: string): Finding {
  return { code: "BUG", severity: "error", subject: "sluice", message }
}
