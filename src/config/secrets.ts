import { readFileSync } from "node:fs"
import { resolve } from "node:path"
import { isMap } from "yaml"
import { SluiceError } from "../domain/errors.ts"
import { parseConnectionUrl } from "../postgres/connection-url.ts"
import { Secret } from "./config.ts"
import { isEmpty, type Field, type Reading } from "./reading.ts"
import { mapping, text } from "./values.ts"

/** A secret's text: written with variables, or `{file: path}` (relative to sluice.yaml; one trailing newline dropped). */
export function secret(reading: Reading, field: Field | undefined, directory: string): Secret | null {
  if (!field || isEmpty(field)) return null
  if (!isMap(field.node)) {
    const value = text(reading, field)
    return value === null ? null : new Secret(value)
  }
  const source = mapping(reading, field, ["file"]).get("file")
  const path = text(reading, source)
  if (path === null || !source) return null
  const file = resolve(directory, path)
  try {
    const held = readFileSync(file, "utf8")
    reading.secretFiles[file] = new Secret(held)
    return new Secret(held.replace(/\r?\n$/, ""))
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? "unreadable"
    const message = `${field.path} is to be read from the file ${path}, which can't be read (${why})`
    reading.mistake("CONFIG_SECRET_FILE", source.line, field.path, message, "check the path and its permissions")
    return null
  }
}

/** A PostgreSQL connection URL. The message never repeats the value: it may hold a password. */
export function databaseUrl(reading: Reading, field: Field | undefined, directory: string): Secret | null {
  const url = secret(reading, field, directory)
  if (!url || !field) return null
  try {
    parseConnectionUrl(url)
    return url
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    reading.mistake(
      "CONNECTION_URL_INVALID",
      field.line,
      field.path,
      `${field.path}: ${error.message}`,
      error.finding.hint,
    )
    return null
  }
}

/** Which database a URL means, as host, port and name in one text for comparison. */
export function identityOf(url: Secret): string {
  const { host, port, database } = parseConnectionUrl(url)
  const here = ["localhost", "127.0.0.1", "::1"].includes(host) || host.startsWith("/")
  return JSON.stringify([here ? "localhost" : host.toLowerCase(), port, database])
}
