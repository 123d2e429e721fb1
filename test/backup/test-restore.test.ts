import { expect, test } from "vitest"
import { onlyUnknownTimeout } from "../../src/backup/test-restore.ts"

const unknownTimeout = `pg_restore: error: could not execute query: ERROR:  unrecognized configuration parameter "transaction_timeout"
Command was: SET transaction_timeout = 0;
`

test("newer tools may switch off a timeout that an older server doesn't have, and fail at nothing else", () => {
  expect(onlyUnknownTimeout(`${unknownTimeout}pg_restore: warning: errors ignored on restore: 1`)).toBe(true)
  expect(
    onlyUnknownTimeout(`${unknownTimeout}${unknownTimeout}pg_restore: warning: errors ignored on restore: 2`),
  ).toBe(true)
  expect(onlyUnknownTimeout(`${unknownTimeout}pg_restore: warning: errors ignored on restore: 2`)).toBe(false)
  expect(onlyUnknownTimeout(unknownTimeout)).toBe(false)
  expect(onlyUnknownTimeout("pg_restore: warning: errors ignored on restore: 1")).toBe(false)
  expect(onlyUnknownTimeout("")).toBe(false)
})
