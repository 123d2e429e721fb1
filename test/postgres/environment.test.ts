import { afterEach, expect, test, vi } from "vitest"
import { Secret } from "../../src/config/config.ts"
import { applicationName } from "../../src/postgres/application-name.ts"
import { parseConnectionUrl } from "../../src/postgres/connection-url.ts"
import { libpqEnvironment } from "../../src/postgres/environment.ts"
import { tlsAttempts } from "../../src/postgres/tls.ts"

afterEach(() => vi.unstubAllEnvs())

test("the programs of PostgreSQL get the whole URL by environment and nothing of ours that they don't need", () => {
  vi.stubEnv("PGSERVICE", "elsewhere")
  vi.stubEnv("PGHOSTADDR", "10.0.0.1")
  vi.stubEnv("SOME_TOKEN", "secret")
  const url = new Secret("postgresql://u:p%40@h:6000/d?sslmode=verify-full&sslcert=/c&options=-c%20x%3D1")
  const environment = libpqEnvironment(url)
  expect(environment).toMatchObject({
    PGHOST: "h",
    PGPORT: "6000",
    PGUSER: "u",
    PGPASSWORD: "p@",
    PGDATABASE: "d",
    PGSSLMODE: "verify-full",
    PGSSLCERT: "/c",
    PGOPTIONS: "-c x=1",
    PATH: process.env["PATH"],
  })
  expect(Object.keys(environment)).not.toEqual(expect.arrayContaining(["PGSERVICE"]))
  expect(JSON.stringify(environment)).not.toContain("secret")
})

test("without a password in the URL none is taken from a password file", () => {
  const environment = libpqEnvironment(new Secret("postgresql://u@h/d"))
  expect(environment["PGPASSFILE"]).toBe("/dev/null")
  expect(environment).not.toHaveProperty("PGPASSWORD")
})

test.each([
  ["", ["unverified", "plain"]],
  ["?sslmode=disable", ["plain"]],
  ["?sslmode=allow", ["plain", "unverified"]],
  ["?sslmode=require", ["unverified"]],
  ["?sslmode=verify-full", ["verified"]],
])("sslmode%s tries what libpq would", (query, expected) => {
  const attempts = tlsAttempts(parseConnectionUrl(new Secret(`postgresql://u@h/d${query}`)))
  const names = attempts.map((tls) => (tls === false ? "plain" : tls.rejectUnauthorized ? "verified" : "unverified"))
  expect(names).toEqual(expected)
})

test("a Unix socket is never asked for TLS", () => {
  expect(tlsAttempts(parseConnectionUrl(new Secret("postgresql://u@%2Ftmp/d?sslmode=require")))).toEqual([false])
})

test("verify-ca without a root certificate is refused, as is an unreadable one", () => {
  vi.stubEnv("HOME", "/nonexistent")
  for (const query of ["sslmode=verify-ca", "sslmode=verify-ca&sslrootcert=/nonexistent"])
    expect(() => tlsAttempts(parseConnectionUrl(new Secret(`postgresql://u@h/d?${query}`)))).toThrow(
      expect.objectContaining({ code: "TLS_FAILED" }),
    )
})

test("an application name is what the server will show", () => {
  expect(applicationName("é\n" + "x".repeat(80))).toBe("??" + "x".repeat(61))
})
