import { inspect } from "node:util"
import { expect, test } from "vitest"
import { Secret } from "../../src/config/config.ts"
import { parseConnectionUrl } from "../../src/postgres/connection-url.ts"

const parse = (url: string): ReturnType<typeof parseConnectionUrl> => parseConnectionUrl(new Secret(url))

test.each([
  ["postgresql://u:p@h:6000/d", { host: "h", port: 6000, user: "u", password: "p", database: "d", sslMode: "prefer" }],
  ["postgres://u@h", { host: "h", port: 5432, user: "u", password: null, database: "u" }],
  ["postgresql://u:p%40%2F%3A%25@h/d", { password: "p@/:%" }],
  ["postgresql://u:a?b#c@h/d", { password: "a?b#c", database: "d" }],
  ["postgresql://u@[::1]:5433/d", { host: "::1", port: 5433 }],
  ["postgresql://u@%2Fvar%2Frun/d", { host: "/var/run" }],
  ["postgresql://u@/d?host=/var/run&port=6000", { host: "/var/run", port: 6000, database: "d" }],
  ["postgresql://u@h/a%20b", { database: "a b" }],
  ["postgresql://h/d?user=x&password=y+z&sslmode=verify-full", { user: "x", password: "y+z", sslMode: "verify-full" }],
  ["postgresql://u@h/d?ssl=true", { sslMode: "require" }],
])("%s is read as libpq reads it", (url, expected) => {
  expect(parse(url)).toMatchObject(expected)
})

test.each([
  "mysql://u:secret@h/d",
  "host=h password=secret",
  "postgresql://u:secret@h:0/d",
  "postgresql://u:secret@a,b/d",
  "postgresql://u:secret%zz@h/d",
  "postgresql://u:secret@h/d?sslmode=maybe",
  "postgresql://u:secret@h/d?schema=x",
  "postgresql://me:p@secret@127.0.0.1:1/mydb",
  "postgresql://me:p@sec?secret@127.0.0.1:1/mydb",
])("%s is refused without showing any of it", (url) => {
  let error: unknown
  try {
    parse(url)
  } catch (caught) {
    error = caught
  }
  expect(error).toMatchObject({ code: "CONNECTION_URL_INVALID", kind: "UserError" })
  expect(inspect(error)).not.toContain("secret")
})
