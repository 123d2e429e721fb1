import { ApplicationFailure, CancelledFailure } from "@temporalio/common"
import { SluiceError } from "../src/domain/errors.ts"
import type { Finding } from "../src/domain/finding.ts"

/** Findings that one failure carries at most: history has limits, the rest stands in the control database. */
const findingsCarried = 20

/** Codes that are transient by kind but have spent their own budget: a person decides whether to spend another. */
const spentBudgets = new Set(["LOCK_BUDGET", "DISK_FULL", "NO_SPACE"])

/** Where the login fails here, it may well work in the terminal of whoever reads this. */
function asSeenByWorker(finding: Finding): Finding {
  if (finding.code !== "WRONG_PASSWORD") return finding
  const ours = "It is the worker that isn't let in: what counts is the environment in which that was started."
  return { ...finding, hint: finding.hint === undefined ? ours : `${finding.hint} ${ours}` }
}

/**
 * The one place where errors become Temporal failures. Only codes and words of our own cross over: no cause, no stack
 * of a driver, nothing of PostgreSQL's `detail`, `where` or internal query, which hold row data.
 */
export function toFailure(error: unknown): Error {
  if (error instanceof CancelledFailure || error instanceof ApplicationFailure) return error
  if (error instanceof SluiceError) {
    const findings = error.findings.slice(0, findingsCarried).map(asSeenByWorker)
    return ApplicationFailure.create({
      type: error.kind,
      message: `${error.code}: ${error.message}`,
      nonRetryable: error.kind !== "TransientError" || spentBudgets.has(error.code),
      details: [{ finding: asSeenByWorker(error.finding), findings }],
    })
  }
  const finding: Finding = {
    code: "BUG",
    severity: "error",
    subject: "sluice",
    message: error instanceof Error ? `${error.name}: ${error.message}` : "an unknown failure",
    hint: "This is a defect of Sluice. The worker's log has the stack.",
  }
  return ApplicationFailure.create({
    type: "BugError",
    message: finding.message,
    nonRetryable: true,
    details: [{ finding, findings: [finding] }],
  })
}
