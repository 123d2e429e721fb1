/**
 * Every code that a finding or an error may bear, with what it means and what to do. One list: the reference in
 * docs/ is generated from it, and a test sees to it that no code is used that isn't here.
 */
export const errorCodes: Readonly<Record<string, string>> = {
  ALREADY_EXISTS: "The server has an object of that name already. Choose another name, or find out who created it.",
  BUG: "A defect of Sluice. Please report it with the message and the run's audit trail.",
  CONNECTION_LOST: "The connection to PostgreSQL ended in the middle. Retried; see the server's log for the cause.",
  CONNECTION_URL_INVALID:
    "A connection URL can't be used as it stands. Write postgresql://user:password@host:port/database, special characters as %XX.",
  DATABASE_UNREACHABLE: "The server doesn't answer. Check host, port, firewall, and that it runs.",
  DATA_REJECTED:
    "A row breaks a constraint, or an expression can't process a row's value. Find such rows and change them or the expression.",
  DEADLOCK: "PostgreSQL ended a deadlock by cancelling our statement. Retried.",
  DEPENDENTS_EXIST: "Other objects depend on what was to be dropped. Remove or change them first.",
  DISK_FULL: "The server has no space left. Make space; the step is tried again.",
  HOST_NOT_FOUND: "The host name of a connection URL is unknown. Check its spelling and the name service.",
  LIMIT_EXCEEDED:
    "A limit of PostgreSQL was passed (row size, number of columns, depth of a statement). Make it smaller.",
  LOCK_TIMEOUT:
    "A lock wasn't free within lock_timeout. Retried within the lock budget; `sluice status` names who is in the way.",
  NOT_IN_REQUIRED_STATE: "The object isn't in the state that the statement needs. The message says which.",
  NOT_SUPPORTED: "This PostgreSQL server doesn't support what was asked.",
  OBJECT_IN_USE: "Other sessions use the object. Retried.",
  PERMISSION_DENIED: "The role lacks a privilege. `sluice doctor` prints the exact GRANT.",
  POOLER_NOT_ALLOWED:
    "A target's URL leads through a pooler. Give the server's direct address; applications may keep the pooler.",
  RAISED_BY_DATABASE:
    "A function or trigger of the database raised an error of its own. Its text may hold row data, so it is only in the server's log.",
  SERIALIZATION_FAILURE: "Two transactions couldn't be put in an order. Retried.",
  SERVER_FAULT:
    "The server met an error of its disk or operating system, or corrupted data. See the server's log before anything else.",
  SERVER_NOT_READY: "The server is starting up, shutting down or recovering. Retried.",
  SERVER_OUT_OF_RESOURCES: "The server is out of memory or another resource. Retried.",
  SERVER_READ_ONLY: "The server takes no writes: a standby, perhaps after a failover. Give the primary's address.",
  SQL_REFUSED: "PostgreSQL refuses a statement. The message names what is wrong with it.",
  SQL_SYNTAX: "PostgreSQL can't parse a statement.",
  STATEMENT_CANCELLED: "A statement was cancelled by its timeout or by a person. Retried.",
  TLS_FAILED: "No encrypted connection came about. Check sslmode, sslrootcert and the server's certificate.",
  TOO_MANY_CONNECTIONS: "The server has no free connection. Raise max_connections or free some.",
  TYPE_MISMATCH: "A value has another type than the column or function wants. Add a cast.",
  UNKNOWN_COLUMN: "No column of that name. Check its spelling and the table.",
  UNKNOWN_DATABASE: "The server has no database of that name.",
  UNKNOWN_FUNCTION:
    "No function or operator of that name takes these types. Qualify its name: search_path is pg_catalog alone.",
  UNKNOWN_OBJECT: "No type, role or other object of that name. Qualify its name: search_path is pg_catalog alone.",
  UNKNOWN_RELATION: "No table or view of that name.",
  UNKNOWN_SCHEMA: "No schema of that name.",
  WRONG_PASSWORD: "The server refuses user or password. Check both, and pg_hba.conf for this address and database.",
}
