import type { Finding } from "./finding.ts"

/** The kinds of failure, each with its exit code (see `exitCodes`). */
export type ErrorKind = "UserError" | "RefusedError" | "TransientError" | "BugError"

/** What the process exits with for each kind. */
export const exitCodes: Readonly<Record<ErrorKind, number>> = {
  UserError: 2,
  RefusedError: 3,
  TransientError: 1,
  BugError: 1,
}

/** The parts of a finding that an error needs; severity is always `error`. */
export type ErrorFinding = Omit<Finding, "severity">

/** The base of every failure that Sluice raises itself. Carries one leading finding and, where several were found, all. */
export abstract class SluiceError extends Error {
  abstract readonly kind: ErrorKind
  readonly finding: Finding
  readonly findings: readonly Finding[]

  constructor(finding: ErrorFinding, options?: { readonly cause?: unknown; readonly findings?: readonly Finding[] }) {
    super(finding.message, options?.cause === undefined ? undefined : { cause: options.cause })
    this.finding = { ...finding, severity: "error" }
    this.findings = options?.findings ?? [this.finding]
    this.name = new.target.name
  }

  get code(): string {
    return this.finding.code
  }
}

/** A bad file, flag or SQL: the person can mend it. */
export class UserError extends SluiceError {
  readonly kind = "UserError"
}

/** A safety rule says no. */
export class RefusedError extends SluiceError {
  readonly kind = "RefusedError"
}

/** It may work next time: a lock, a lost connection, a full disk. Retried by activities. */
export class TransientError extends SluiceError {
  readonly kind = "TransientError"
}

/** Everything else: a defect of ours. */
export class BugError extends SluiceError {
  readonly kind = "BugError"
}

/** The same failure, of the same kind and cause, told otherwise; a defect of ours stays as it is. */
export function retold(error: SluiceError, finding: ErrorFinding, findings?: readonly Finding[]): SluiceError {
  const options = { cause: error.cause, ...(findings && { findings }) }
  if (error instanceof UserError) return new UserError(finding, options)
  if (error instanceof RefusedError) return new RefusedError(finding, options)
  return error instanceof TransientError ? new TransientError(finding, options) : error
}

/** Throws a `UserError` that carries all findings when at least one of them is an error. */
export function throwOnErrors(findings: readonly Finding[], summary?: string): void {
  const errors = findings.filter((finding) => finding.severity === "error")
  const first = errors[0]
  if (!first) return
  const message = errors.length === 1 ? first.message : (summary ?? `${first.message} (and ${errors.length - 1} more)`)
  throw new UserError({ ...first, message }, { findings })
}
