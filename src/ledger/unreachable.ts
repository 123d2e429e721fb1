import { TransientError, type SluiceError } from "../domain/errors.ts"
import { mapPostgresError } from "../postgres/map-error.ts"

/** The ways in which a server isn't there for us: each passes by itself, and none leaves a usable connection. */
const absences: ReadonlySet<string> = new Set([
  "CONNECTION_LOST",
  "DATABASE_UNREACHABLE",
  "SERVER_NOT_READY",
  // After a failover the old primary takes no writes; a new connection may lead to the new one.
  "SERVER_READ_ONLY",
  "TOO_MANY_CONNECTIONS",
])

/** Any failure on the way to the control database as a `SluiceError`; where it isn't there: CONTROL_UNREACHABLE. */
export function mapControlError(error: unknown): SluiceError {
  const mapped = mapPostgresError(error, "control database")
  return absences.has(mapped.code) ? unreachable(mapped) : mapped
}

export function isUnreachable(error: unknown): boolean {
  return error instanceof TransientError && error.code === "CONTROL_UNREACHABLE"
}

function unreachable(cause: SluiceError): TransientError {
  return new TransientError(
    {
      code: "CONTROL_UNREACHABLE",
      subject: "control database",
      message: `the control database can't be reached, and nothing is done that can't be recorded (${cause.code})`,
      hint: "Check `control.url` and the server it names. Work goes on by itself once it answers.",
    },
    { cause },
  )
}
