import type { ErrorKind } from "../domain/errors.ts"

/** What an SQLSTATE means to us. Exactly one of `server` and `message` says it to a person. */
export interface Meaning {
  readonly kind: ErrorKind
  readonly code: string
  /** Our own words; null: the server's, which for these states hold names and never values. */
  readonly message: string | null
  readonly hint?: string
}

const transient = (code: string, message: string | null = null, hint?: string): Meaning =>
  meaning("TransientError", code, message, hint)
const refused = (code: string, message: string | null = null, hint?: string): Meaning =>
  meaning("RefusedError", code, message, hint)
const user = (code: string, message: string | null = null, hint?: string): Meaning =>
  meaning("UserError", code, message, hint)

function meaning(kind: ErrorKind, code: string, message: string | null, hint: string | undefined): Meaning {
  return { kind, code, message, ...(hint === undefined ? {} : { hint }) }
}

const loginHint = "Check user, password and pg_hba.conf for this address and database."
const dataHint =
  "The row's values are not shown. Find such rows (`sluice status RUN` lists the keys that are known) and change them or the expression."

/**
 * SQLSTATEs (five characters) and whole classes (two) of the manual's appendix "PostgreSQL Error Codes". A state
 * outranks its class; what is in neither is a defect of ours.
 */
export const meanings: Readonly<Record<string, Meaning>> = {
  "08": transient("CONNECTION_LOST"),
  "0A": user("NOT_SUPPORTED"),
  "21": user("SQL_REFUSED"),
  // Values appear in the messages of classes 22 and 23, so their words are ours.
  "22": user("DATA_REJECTED", "a value can't be processed", dataHint),
  "22001": user("DATA_REJECTED", "a text is too long for its type", dataHint),
  "22003": user("DATA_REJECTED", "a number is out of its type's range", dataHint),
  "22007": user("DATA_REJECTED", "a text isn't a date or a time", dataHint),
  "22008": user("DATA_REJECTED", "a date or a time is out of range", dataHint),
  "22012": user("DATA_REJECTED", "a division by zero", dataHint),
  "22P02": user("DATA_REJECTED", "a text can't be read as a value of the type", dataHint),
  "23": refused("DATA_REJECTED", "a row breaks a rule of its table", dataHint),
  "25001": user("SQL_REFUSED"),
  "25006": transient(
    "SERVER_READ_ONLY",
    null,
    "Give the address of the primary; after a failover wait until it takes writes.",
  ),
  "25P01": user("SQL_REFUSED"),
  "25P03": transient("CONNECTION_LOST", "the server ended a session that was idle in its transaction for too long"),
  "25P04": transient("CONNECTION_LOST", "the server ended a session whose transaction took too long"),
  "28": user("WRONG_PASSWORD", null, loginHint),
  "28P01": user("WRONG_PASSWORD", "the server refuses the password", loginHint),
  "2B": refused(
    "DEPENDENTS_EXIST",
    null,
    "Drop or change what depends on it, then `sluice retry`, or give the command again.",
  ),
  "2F": refused("RAISED_BY_DATABASE", "a function of the database failed"),
  "38": refused("RAISED_BY_DATABASE", "a function of the database failed"),
  "39": refused("RAISED_BY_DATABASE", "a function of the database failed"),
  "3D000": user("UNKNOWN_DATABASE", null, "Check the database's name at the end of the url."),
  "3F000": user("UNKNOWN_SCHEMA"),
  "40": transient("SERIALIZATION_FAILURE"),
  "40P01": transient("DEADLOCK", "the server ended a deadlock by cancelling this statement"),
  "42": user("SQL_REFUSED"),
  "42501": refused("PERMISSION_DENIED", null, "`sluice doctor` prints the exact GRANT for what is missing."),
  "42601": user("SQL_SYNTAX"),
  "42701": user("ALREADY_EXISTS"),
  "42703": user("UNKNOWN_COLUMN"),
  "42704": user("UNKNOWN_OBJECT"),
  "42710": user("ALREADY_EXISTS"),
  "42723": user("ALREADY_EXISTS"),
  "42804": user("TYPE_MISMATCH"),
  "42846": user("TYPE_MISMATCH"),
  "42883": user("UNKNOWN_FUNCTION"),
  "42P01": user("UNKNOWN_RELATION"),
  "42P04": user("ALREADY_EXISTS"),
  "42P06": user("ALREADY_EXISTS"),
  "42P07": user("ALREADY_EXISTS"),
  "44": refused("DATA_REJECTED", "a row breaks the check option of its view", dataHint),
  "53": transient("SERVER_OUT_OF_RESOURCES"),
  "53100": transient("DISK_FULL", "the server's disk is full", "Make space on the server, then `sluice retry`."),
  "53300": transient(
    "TOO_MANY_CONNECTIONS",
    null,
    "Raise max_connections or the role's CONNECTION LIMIT, whichever the message means, or free connections.",
  ),
  "53400": refused(
    "SERVER_LIMIT",
    null,
    "Raise that setting for the role that Sluice works as (ALTER ROLE … SET …) or for the server, then `sluice retry`.",
  ),
  "54": user("LIMIT_EXCEEDED"),
  "55000": refused("NOT_IN_REQUIRED_STATE"),
  "55006": transient("OBJECT_IN_USE"),
  "55P03": transient("LOCK_TIMEOUT", "a lock wasn't free in time"),
  "57014": transient("STATEMENT_CANCELLED", "the statement was cancelled, by its timeout or by a person"),
  "57P01": transient("CONNECTION_LOST", "the server ended the session: an administrator's command or its shutdown"),
  "57P02": transient("CONNECTION_LOST", "the server ended the session after a crash of another one"),
  "57P03": transient("SERVER_NOT_READY", "the server is starting up, shutting down or recovering"),
  "57P04": user("UNKNOWN_DATABASE", "the database was dropped"),
  "57P05": transient("CONNECTION_LOST", "the server ended an idle session"),
  "58": refused("SERVER_FAULT", "the server met an error of its operating system", "See the server's log."),
  P0: refused("RAISED_BY_DATABASE", "a function or trigger of the database raised an error", "See the server's log."),
  XX001: refused("SERVER_FAULT", "the server reports corrupted data", "See the server's log."),
  XX002: refused("SERVER_FAULT", "the server reports a corrupted index", "See the server's log."),
}

/**
 * States that mean several things, told apart by the function of the server that reported them: its messages may be in
 * any language.
 */
export const reports: Readonly<Record<string, Meaning>> = {
  "42501 check_enable_rls": refused(
    "ROW_SECURITY_HIDES_ROWS",
    null,
    "Row-level security holds for Sluice's role, and no GRANT on the table lifts it. Run as a role with BYPASSRLS; or ALTER TABLE … NO FORCE ROW LEVEL SECURITY for the length of the run, as the table's owner. Then `sluice retry`.",
  ),
  "55000 CheckMyDatabase": transient(
    "SERVER_NOT_READY",
    "the database accepts no connections at the moment (ALLOW_CONNECTIONS false): somebody is at work on it",
  ),
  "55000 CheckCmdReplicaIdentity": refused(
    "REPLICA_IDENTITY_MISSING",
    null,
    "ALTER TABLE … REPLICA IDENTITY FULL (or USING INDEX …), or take the table out of the publication. Then `sluice retry`.",
  ),
}

/** Two sessions that make an object of one name at once meet in the catalog: IF NOT EXISTS doesn't see the other's yet. */
export const catalogRace: Meaning = transient(
  "OBJECT_IN_USE",
  "another session was making an object of the same name at this moment",
)

/** The meaning of a state as that function of the server reports it, by itself or by its class. */
export function meaningOf(sqlstate: string, routine = ""): Meaning | undefined {
  return reports[`${sqlstate} ${routine}`] ?? meanings[sqlstate] ?? meanings[sqlstate.slice(0, 2)]
}
