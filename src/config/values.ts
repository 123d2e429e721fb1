import { isMap, isScalar, isSeq } from "yaml"
import { parseDuration } from "../domain/duration.ts"
import { nearestName } from "../domain/nearest.ts"
import { isEmpty, type Field, type Reading } from "./reading.ts"
import { fillVariables, unmask, variablesIn } from "./variables.ts"

/** The members of a mapping by key. Keys outside of `known` are mistakes; without `known` any key will do. */
export function mapping(reading: Reading, field: Field, known: readonly string[] | null): Map<string, Field> {
  const members = new Map<string, Field>()
  const node = reading.resolve(field.node)
  if (isEmpty(field)) return members
  if (!isMap(node)) {
    reading.mistake("CONFIG_VALUE", field.line, subjectOf(field), `${subjectOf(field)} must be a mapping`)
    return members
  }
  for (const pair of node.items) {
    const key = isScalar(pair.key) ? unmask(String(pair.key.value), reading.masked.variables) : "?"
    const line = reading.lineOf(pair.key, field.line)
    const path = field.path === "" ? key : `${field.path}.${key}`
    if (known && !known.includes(key)) {
      const nearest = nearestName(key, known)
      const hint = nearest ? `did you mean ${nearest}?` : `known here: ${known.join(", ")}`
      reading.mistake("CONFIG_UNKNOWN_KEY", line, path, `${path} is not a known key`, hint)
    } else members.set(key, { path, node: reading.resolve(pair.value), line: reading.lineOf(pair.value, line) })
  }
  return members
}

/** The items of a list; a single text counts as a list of one. */
export function list(reading: Reading, field: Field | undefined): readonly Field[] {
  if (!field || isEmpty(field)) return []
  const node = reading.resolve(field.node)
  if (isScalar(node)) return [field]
  if (!isSeq(node)) {
    reading.mistake("CONFIG_VALUE", field.line, field.path, `${field.path} must be a list`)
    return []
  }
  return node.items.map((item, index) => ({
    path: `${field.path}[${index}]`,
    node: reading.resolve(item),
    line: reading.lineOf(item, field.line),
  }))
}

/** A scalar as text with its variables filled in; null where there is none or a mistake was noted. */
export function text(reading: Reading, field: Field | undefined): string | null {
  if (!field || isEmpty(field)) return null
  if (!isScalar(field.node)) {
    reading.mistake("CONFIG_VALUE", field.line, field.path, `${field.path} must be a single value`)
    return null
  }
  const { text: filled, unset } = fillVariables(String(field.node.value), reading.masked.variables, reading.env)
  for (const name of unset)
    reading.mistake(
      "CONFIG_VARIABLE_UNSET",
      field.line,
      field.path,
      `${field.path} needs the environment variable ${name}, which is not set`,
      `set ${name}, or write \${${name}:-default}`,
    )
  if (unset.length > 0) return null
  if (filled.includes("${")) {
    const message = `${field.path} holds a \${ that is not a variable`
    reading.mistake("CONFIG_VALUE", field.line, field.path, message, "write ${NAME} or ${NAME:-default}")
    return null
  }
  return filled
}

/** The environment variables that stand in a scalar, by name. */
export function variablesOf(reading: Reading, field: Field | undefined): readonly string[] {
  if (!field || !isScalar(field.node)) return []
  return variablesIn(String(field.node.value), reading.masked.variables)
}

export function flag(reading: Reading, field: Field | undefined, otherwise: boolean): boolean {
  const value = text(reading, field)
  if (value === "true" || value === "false") return value === "true"
  if (value !== null && field)
    reading.mistake("CONFIG_VALUE", field.line, field.path, `${field.path} must be true or false`)
  return otherwise
}

/** A whole number within bounds. */
export function count(
  reading: Reading,
  field: Field | undefined,
  otherwise: number,
  bounds: { readonly least: number; readonly most: number },
): number {
  const value = text(reading, field)
  if (value === null || !field) return otherwise
  const number = /^\d+$/.test(value) ? Number(value) : Number.NaN
  if (number >= bounds.least && number <= bounds.most) return number
  const message = `${field.path} must be a whole number from ${bounds.least} to ${bounds.most}`
  reading.mistake("CONFIG_VALUE", field.line, field.path, message)
  return otherwise
}

/** Milliseconds; `0` needs no unit. */
export function duration(reading: Reading, field: Field | undefined, otherwise: number, least = 0): number {
  const value = text(reading, field)
  if (value === null || !field) return otherwise
  const milliseconds = parseDuration(value)
  if (milliseconds !== null && milliseconds >= least) return milliseconds
  const message =
    milliseconds === null ? `${field.path} is not a duration` : `${field.path} must be at least ${least}ms`
  reading.mistake(
    "CONFIG_VALUE",
    field.line,
    field.path,
    message,
    "write a number with a unit: 500ms, 10s, 10m, 2h, 7d, or 0",
  )
  return otherwise
}

export function subjectOf(field: Field): string {
  return field.path === "" ? "sluice.yaml" : field.path
}
