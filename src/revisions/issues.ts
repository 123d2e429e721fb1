import { z } from "zod"
import type { Finding } from "../domain/finding.ts"
import { nearestName } from "../domain/nearest.ts"

type Issue = z.core.$ZodIssue

/** Where a value came from: for a finding's file, subject and line. */
export interface Place {
  readonly file: string
  /** The path of the judged value within its file. */
  readonly path: readonly PropertyKey[]
  line(path: readonly PropertyKey[]): number
}

/** zod's issues as findings, one per mistake, each with its line; a mistyped key with the nearest known one. */
export function findingsOf(error: z.ZodError, schema: z.ZodType, place: Place): readonly Finding[] {
  const findings = flatten(error.issues).flatMap((issue): readonly Finding[] => {
    const path = [...place.path, ...issue.path]
    const common = { severity: "error", subject: place.file, file: place.file } as const
    if (issue.code !== "unrecognized_keys") {
      const { problem, hint } = inWords(issue, path)
      const message = `${display(path)}: ${problem}`
      return [{ ...common, code: "REVISION_INVALID", message, line: place.line(path), ...(hint && { hint }) }]
    }
    const known = knownKeys(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }), issue.path)
    return issue.keys.map((key) => ({
      ...common,
      code: "UNKNOWN_KEY",
      message: `${display([...path, key])}: unknown key`,
      hint: /^\d+\)/.test(key) ? commaHint : hintFor(key, known),
      line: place.line([...path, key]),
    }))
  })
  // A mistyped key first: that its right form is missing follows from it.
  const order = (finding: Finding): number => (finding.code === "UNKNOWN_KEY" ? 0 : 1)
  return findings.toSorted((a, b) => order(a) - order(b))
}

/** `{type: numeric(12,2)}` is two members to YAML. */
const commaHint = 'Inside {…} a comma ends a value: quote it, e.g. type: "numeric(12,2)".'

/** What a person has to know, in place of the schema's own words. */
function inWords(issue: Issue, path: readonly PropertyKey[]): { readonly problem: string; readonly hint?: string } {
  if (/received undefined/.test(issue.message)) return { problem: "it is missing" }
  if (issue.code === "invalid_type" && issue.expected === "string") {
    const isExpression = ["up", "down", "default"].includes(String(path.at(-1)))
    const hint = isExpression ? 'Quote it: SQL stands in a text, e.g. up: "1.5".' : "Quote it."
    return { problem: "it must be a text", hint }
  }
  return { problem: issue.message }
}

/** "Did you mean …?", or the list of what there is. */
export function hintFor(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known)
  return nearest === null ? `Known: ${known.join(", ")}.` : `Did you mean ${nearest}?`
}

/** `operations[0].add_column.column` */
export function display(path: readonly PropertyKey[]): string {
  const text = path.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`)).join("")
  return text.replace(/^\./, "") || "the file"
}

/** Of a union's branches, the one that came nearest speaks: the one with the fewest mistakes. */
function flatten(issues: readonly Issue[]): readonly Issue[] {
  return issues.flatMap((issue): readonly Issue[] => {
    if (issue.code !== "invalid_union" || issue.errors.length === 0) return [issue]
    const branches = issue.errors.map((branch) => flatten(branch))
    // A branch of another type altogether complains at the top (path empty) and says little.
    const deep = branches.filter((branch) => branch.every((inner) => inner.path.length > 0 || "keys" in inner))
    if (deep.length === 0) return [{ ...issue, message: branches.map((branch) => branch[0]?.message).join("; or ") }]
    const best = deep.reduce((fewest, branch) => (branch.length < fewest.length ? branch : fewest))
    return best.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }))
  })
}

type JsonSchema = z.core.JSONSchema.BaseSchema

function knownKeys(schema: JsonSchema, path: readonly PropertyKey[]): readonly string[] {
  let places: readonly JsonSchema[] = branchesOf(schema)
  for (const part of path) {
    places = places
      .flatMap((place) => {
        if (typeof part === "number") return Array.isArray(place.items) ? [] : [place.items]
        return [place.properties?.[String(part)] ?? place.additionalProperties]
      })
      .filter((place) => typeof place === "object")
      .flatMap((place) => branchesOf(place))
  }
  return [...new Set(places.flatMap((place) => Object.keys(place.properties ?? {})))]
}

function branchesOf(schema: JsonSchema): readonly JsonSchema[] {
  return [schema, ...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])]
}
