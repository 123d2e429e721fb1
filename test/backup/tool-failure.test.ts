import { expect, test } from "vitest"
import { toolFailure } from "../../src/backup/tool-failure.ts"

const end = { tool: "pg_restore", code: 1, signal: null }

test.each([
  ["pg_dump: error: could not write to output file: No space left on device", "TransientError", "DISK_FULL"],
  [
    "pg_dump: error: query failed: FEHLER: abgebrochen\npg_dump: detail: Query was: LOCK TABLE public.t IN ACCESS SHARE MODE",
    "TransientError",
    "LOCK_TIMEOUT",
  ],
  ['pg_dump: error: connection to server at "h" failed: refused', "TransientError", "CONNECTION_LOST"],
  [
    "pg_dump: error: server version: 18.1; pg_dump version: 15.8\npg_dump: error: aborting because of server version mismatch",
    "UserError",
    "TOOL_TOO_OLD",
  ],
  ["pg_dump: error: could not write to output file: Input/output error", "TransientError", "BACKUP_DIRECTORY_UNUSABLE"],
  [
    'pg_restore: error: could not open input file "/srv/backups/a: b.dump": Stale file handle',
    "TransientError",
    "BACKUP_DIRECTORY_UNUSABLE",
  ],
  [
    'pg_dump: error: Dumping the contents of table "t" failed\nERROR:  could not read block 1 in file "base/5/1": Input/output error',
    "RefusedError",
    "BACKUP_FAILED",
  ],
  ["pg_restore: error: anything else", "RefusedError", "BACKUP_FAILED"],
])("%s", (stderr, kind, code) => {
  expect(toolFailure({ ...end, stderr })).toMatchObject({ kind, code })
})

test("a tool that was killed may be tried again", () => {
  expect(toolFailure({ tool: "pg_dump", code: null, signal: "SIGKILL", stderr: "" })).toMatchObject({
    kind: "TransientError",
  })
})

test("values of rows never reach the message; names of objects do", () => {
  const copy = toolFailure({
    ...end,
    stderr: `pg_restore: error: COPY failed for table "users": ERROR:  invalid input syntax for type integer: "ann@example.org"
CONTEXT:  COPY users, line 3, column id: "ann@example.org"`,
  })
  expect(copy.message).not.toContain("ann@example.org")
  const role = toolFailure({
    ...end,
    stderr: `pg_restore: from TOC entry 3; 1259 1 TABLE users ann\npg_restore: error: could not execute query: ERROR:  role "ann" does not exist`,
  })
  expect(role.message).toContain('role "ann" does not exist')
  expect(role.message).toContain("TABLE users")
})
