import { inspect } from "node:util"
import { DatabaseError } from "pg"
import { expect, test } from "vitest"
import { errorCodes } from "../../src/domain/error-codes.ts"
import { TransientError } from "../../src/domain/errors.ts"
import { mapPostgresError, sqlstateOf } from "../../src/postgres/map-error.ts"
import { meanings, reports } from "../../src/postgres/sqlstates.ts"

function serverError(code: string, message = "words of the server", more: Partial<DatabaseError> = {}): DatabaseError {
  return Object.assign(new DatabaseError(message, 1, "error"), { code, ...more })
}

test.each([
  ["55P03", "TransientError", "LOCK_TIMEOUT"],
  ["40001", "TransientError", "SERIALIZATION_FAILURE"],
  ["40P01", "TransientError", "DEADLOCK"],
  ["57P01", "TransientError", "CONNECTION_LOST"],
  ["57P02", "TransientError", "CONNECTION_LOST"],
  ["57P03", "TransientError", "SERVER_NOT_READY"],
  ["57014", "TransientError", "STATEMENT_CANCELLED"],
  ["08006", "TransientError", "CONNECTION_LOST"],
  ["25P03", "TransientError", "CONNECTION_LOST"],
  ["25006", "TransientError", "SERVER_READ_ONLY"],
  ["53100", "TransientError", "DISK_FULL"],
  ["53200", "TransientError", "SERVER_OUT_OF_RESOURCES"],
  ["53300", "TransientError", "TOO_MANY_CONNECTIONS"],
  // temp_file_limit: no retry mends it, a person has to.
  ["53400", "RefusedError", "SERVER_LIMIT"],
  ["42501", "RefusedError", "PERMISSION_DENIED"],
  ["23505", "RefusedError", "DATA_REJECTED"],
  ["22P02", "UserError", "DATA_REJECTED"],
  ["28P01", "UserError", "WRONG_PASSWORD"],
  ["28000", "UserError", "WRONG_PASSWORD"],
  ["3D000", "UserError", "UNKNOWN_DATABASE"],
  ["3F000", "UserError", "UNKNOWN_SCHEMA"],
  ["42601", "UserError", "SQL_SYNTAX"],
  ["42703", "UserError", "UNKNOWN_COLUMN"],
  ["42P01", "UserError", "UNKNOWN_RELATION"],
  ["42803", "UserError", "SQL_REFUSED"],
  ["2BP01", "RefusedError", "DEPENDENTS_EXIST"],
  ["P0001", "RefusedError", "RAISED_BY_DATABASE"],
  ["58030", "RefusedError", "SERVER_FAULT"],
  ["25P02", "BugError", "BUG"],
  ["XX000", "BugError", "BUG"],
])("SQLSTATE %s is a %s %s", (state, kind, code) => {
  const mapped = mapPostgresError(serverError(state), "a step")
  expect(mapped).toMatchObject({ kind, code })
  expect(sqlstateOf(mapped)).toBe(state)
})

test("what others depend on is told with their names and what to do", () => {
  const error = serverError("2BP01", "cannot drop desired object(s)", { detail: "view v depends on table t" })
  const { finding } = mapPostgresError(error, "purge/drop")
  expect(finding.hint).toContain("sluice retry")
  expect(finding.message).toContain("view v depends on table t")
})

test.each([
  ["ECONNREFUSED", "TransientError", "DATABASE_UNREACHABLE"],
  ["EAI_AGAIN", "TransientError", "DATABASE_UNREACHABLE"],
  ["ENOENT", "TransientError", "DATABASE_UNREACHABLE"],
  ["ENOTFOUND", "UserError", "HOST_NOT_FOUND"],
  ["ECONNRESET", "TransientError", "CONNECTION_LOST"],
  ["EPIPE", "TransientError", "CONNECTION_LOST"],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "UserError", "TLS_FAILED"],
  ["SELF_SIGNED_CERT_IN_CHAIN", "UserError", "TLS_FAILED"],
])("the socket's %s is a %s %s", (code, kind, expected) => {
  const error = Object.assign(new Error("connect to postgresql://u:secret@h"), { code })
  const mapped = mapPostgresError(error, "database d")
  expect(mapped).toMatchObject({ kind, code: expected })
  expect(inspect(mapped, { depth: 9 })).not.toContain("secret")
})

test.each([
  ["timeout expired", "DATABASE_UNREACHABLE"],
  ["Connection terminated unexpectedly", "CONNECTION_LOST"],
  ["Client has encountered a connection error and is not queryable", "CONNECTION_LOST"],
  ["The server does not support SSL connections", "TLS_FAILED"],
  ["There was an error establishing an SSL connection", "DATABASE_UNREACHABLE"],
  ["SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a non-empty string", "WRONG_PASSWORD"],
])("pg's own “%s” is %s", (message, code) => {
  expect(mapPostgresError(new Error(message), "database d").code).toBe(code)
})

test("values that PostgreSQL quotes stay out of message, cause and everything printed of an error", () => {
  const fields = { detail: "Key (a)=(secret)", where: "secret", internalQuery: "secret", hint: "secret" }
  const errors = [
    serverError("22P02", 'invalid input syntax for type integer: "secret"', fields),
    serverError("23505", "duplicate key value", { ...fields, schema: "shop", table: "Users", constraint: "users_key" }),
    serverError("42601", `syntax error at or near "'secret'"`, fields),
    serverError("P0001", "secret", fields),
    serverError("XX000", "cache lookup failed for secret", fields),
    serverError("22001", "wert ist zu lang: «secret»", fields),
  ].map((error) => mapPostgresError(error, "a step"))
  expect(inspect(errors, { depth: 9, showHidden: true })).not.toContain("secret")
  expect(errors[1]).toMatchObject({ finding: { subject: 'shop."Users"' } })
  expect(errors[1]?.message).toContain('constraint "users_key"')
})

test("who depends on what was to be dropped is named, the first of many", () => {
  const lines = Array.from({ length: 7 }, (_, at) => `view v${at} depends on column a of table t`)
  const one = { detail: "view v depends on column a of table t" }
  expect(mapPostgresError(serverError("2BP01", "cannot drop column a", one), "x").message).toBe(
    "cannot drop column a: view v depends on column a of table t (SQLSTATE 2BP01)",
  )
  const many = mapPostgresError(serverError("2BP01", "cannot drop column a", { detail: lines.join("\n") }), "x")
  expect(many.message).toMatch(/v0 depends.*v4 depends on column a of table t; and 2 more \(/)
  expect(many.finding.hint).toContain("sluice retry")
})

test("two that make one object at once are no broken row", () => {
  const race = { schema: "pg_catalog", table: "pg_namespace", constraint: "pg_namespace_nspname_index" }
  expect(mapPostgresError(serverError("23505", "duplicate key", race), "x")).toMatchObject({
    kind: "TransientError",
    code: "OBJECT_IN_USE",
  })
})

test("names of objects stay in the message of a missing privilege", () => {
  expect(mapPostgresError(serverError("42501", "permission denied for table users"), "x").message).toContain("users")
})

test("what depends on an object that was to be dropped is named", () => {
  const detail = 'view shop_0001."Member" depends on column email of table "Member"'
  const { message } = mapPostgresError(serverError("2BP01", "cannot drop column email", { detail }), "x")
  expect(message).toContain('cannot drop column email: view shop_0001."Member" depends on')
})

test("an error of ours passes unchanged", () => {
  const error = new TransientError({ code: "LOCK_TIMEOUT", subject: "x", message: "x" })
  expect(mapPostgresError(error, "y")).toBe(error)
})

test("every code of the table is explained in the list of codes", () => {
  const codes = [...Object.values(meanings), ...Object.values(reports)].map(({ code }) => code)
  expect(codes.filter((code) => !(code in errorCodes))).toEqual([])
})
