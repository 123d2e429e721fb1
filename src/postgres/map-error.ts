import { DatabaseError } from "pg"
import { BugError, RefusedError, SluiceError, TransientError, UserError, type ErrorKind } from "../domain/errors.ts"
import { displayName } from "../domain/relation.ts"
import { mapNetworkError } from "./network-errors.ts"
import { meaningOf } from "./sqlstates.ts"

const constructors = { UserError, RefusedError, TransientError, BugError } satisfies Record<ErrorKind, unknown>

/**
 * What PostgreSQL said, without any value of a row: the `cause` of the mapped error. Its `detail` (but for the names of
 * dependent objects), `where`, `internalQuery` and, for states whose messages quote values, its message are left behind.
 */
export class PostgresFault extends Error {
  readonly sqlstate: string
  readonly constraint: string | null
  /** Where in the statement's text, in characters from 1; null where the server didn't say. */
  readonly position: number | null

  constructor(error: DatabaseError, message: string) {
    super(message)
    this.name = "PostgresFault"
    this.sqlstate = error.code ?? ""
    this.constraint = error.constraint ?? null
    this.position = error.position === undefined ? null : Number(error.position)
  }
}

/**
 * The one place where an error of pg, of its socket or of the server becomes one of ours. `subject` is what was being
 * done or talked to; where the server names a table, that is the subject instead. Errors of ours pass unchanged.
 */
export function mapPostgresError(error: unknown, subject: string): SluiceError {
  if (error instanceof SluiceError) return error
  if (error instanceof DatabaseError) return mapServerError(error, subject)
  const mapped = error instanceof Error ? mapNetworkError(error, subject) : null
  const name = error instanceof Error ? error.name : typeof error
  return (
    mapped ?? new BugError({ code: "BUG", subject, message: `${subject}: unexpected ${name} in the database client` })
  )
}

/** The SQLSTATE behind a mapped error; null where the server had no part in it. */
export function sqlstateOf(error: unknown): string | null {
  return error instanceof SluiceError && error.cause instanceof PostgresFault ? error.cause.sqlstate : null
}

function mapServerError(error: DatabaseError, subject: string): SluiceError {
  const sqlstate = error.code ?? ""
  const meaning = meaningOf(sqlstate, error.routine)
  const what = meaning ? (meaning.message ?? withoutValues(error.message)) : "PostgreSQL reported an error"
  const message = `${what}${namedObjects(error)}${dependents(error)} (SQLSTATE ${sqlstate})`
  const finding = {
    code: meaning?.code ?? "BUG",
    subject: tableOf(error) ?? subject,
    message,
    ...(meaning?.hint === undefined ? {} : { hint: meaning.hint }),
  }
  return new constructors[meaning?.kind ?? "BugError"](finding, { cause: new PostgresFault(error, message) })
}

/** The server sends the names of what an error of class 22 and 23 is about in fields of their own. */
function namedObjects(error: DatabaseError): string {
  const parts = [
    error.constraint === undefined ? null : `constraint "${error.constraint}"`,
    error.column === undefined ? null : `column "${error.column}"`,
    error.dataType === undefined ? null : `type "${error.dataType}"`,
  ].filter((part) => part !== null)
  return parts.length === 0 ? "" : `: ${parts.join(", ")}`
}

/** The one detail that is made of names alone: what depends on an object that was to be dropped. */
function dependents({ code, detail }: DatabaseError): string {
  return code === "2BP01" && detail !== undefined ? `: ${withoutValues(detail)}` : ""
}

function tableOf(error: DatabaseError): string | null {
  return error.table === undefined ? null : displayName({ schema: error.schema ?? "", name: error.table })
}

/** Names stand in double quotes and stay; literals stand in single quotes and go. One line, so that logs stay readable. */
function withoutValues(message: string): string {
  return message
    .replaceAll(/'(?:[^']|'')*'/g, "'…'")
    .replaceAll(/\s+/g, " ")
    .slice(0, 500)
}
