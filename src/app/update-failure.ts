import { ActivityFailure, ApplicationFailure } from "@temporalio/common"
import { WorkflowUpdateFailedError } from "@temporalio/client"
import { BugError, RefusedError, TransientError, UserError, type SluiceError } from "../domain/errors.ts"
import type { Finding } from "../domain/finding.ts"

const kinds = { UserError, RefusedError, TransientError, BugError } as const

/** The error of ours inside a failed Update: activities and handlers pack kind and findings into the failure. */
export function errorInside(error: unknown): SluiceError | null {
  if (!(error instanceof WorkflowUpdateFailedError)) return null
  for (let cause: unknown = error.cause; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof ActivityFailure || !(cause instanceof ApplicationFailure)) continue
    const findings = findingsIn(cause.details)
    const kind = kinds[(cause.type ?? "") as keyof typeof kinds] as (typeof kinds)[keyof typeof kinds] | undefined
    const [first] = findings
    if (kind && first) return new kind(first, { findings, cause: error })
  }
  return null
}

function findingsIn(details: readonly unknown[] | null | undefined): readonly Finding[] {
  const [detail] = (details ?? []) as readonly { findings?: readonly Finding[]; finding?: Finding }[]
  return detail?.findings ?? (detail?.finding ? [detail.finding] : [])
}
