import { UserError, throwOnErrors } from "../domain/errors.ts"
import type { Finding } from "../domain/finding.ts"
import { hashOf } from "../domain/hash.ts"
import { findOperation } from "../operations/index.ts"
import { operationHint } from "../operations/operation-hint.ts"
import { stemOf, titleOf } from "./file-name.ts"
import { display, findingsOf } from "./issues.ts"
import type { Place } from "./issues.ts"
import { outerSchema } from "./revision.ts"
import type { Revision, RevisionOperation } from "./revision.ts"
import { readYaml, type YamlDocument } from "./yaml-document.ts"

/** A revision by itself: without `parents:` in its file, its place among the others is not known yet. */
export interface LoneRevision extends Revision {
  readonly parentsGiven: boolean
}

/** Reads one file. Throws a UserError that carries every mistake, each with its line. */
export function readRevisionFile(name: string, text: string): LoneRevision {
  if (name.endsWith(".up.sql")) return readSqlRevision(name, text, null)
  if (name.endsWith(".sql"))
    throw new UserError({
      code: "REVISION_UNPAIRED",
      subject: name,
      message: "A revision in SQL is a file NAME.up.sql, with its way back in NAME.down.sql",
      hint: "Rename the file, or add the .up.sql that belongs to it.",
    })
  const document = readYaml(name, text)
  throwOnErrors(document.findings)
  return checked(name, document.value, document)
}

/** Reads a pair; `down` null: there is no `.down.sql`. Throws like {@link readRevisionFile}. */
export function readSqlRevision(name: string, up: string, down: string | null): LoneRevision {
  const value = { operations: [{ sql: { up: plain(up), ...(down === null ? {} : { down: plain(down) }) } }] }
  return checked(name, value, { line: () => 1, textLine: null })
}

/** The same text whatever the editor's line ends and byte order mark. */
function plain(text: string): string {
  return text.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n")
}

function checked(
  file: string,
  value: unknown,
  { line, textLine }: Pick<YamlDocument, "line"> & { readonly textLine: YamlDocument["textLine"] | null },
): LoneRevision {
  const outer = outerSchema.safeParse(value)
  if (!outer.success) {
    throwOnErrors(findingsOf(outer.error, outerSchema, { file, path: [], line }))
    throw new UserError({ code: "REVISION_INVALID", subject: file, message: outer.error.message })
  }
  const findings: Finding[] = []
  const operationsRead = outer.data.operations.flatMap((entry, index): readonly RevisionOperation[] => {
    const place = { file, path: ["operations", index], line }
    const read = readOperation(entry, place)
    if ("findings" in read) findings.push(...read.findings)
    if ("findings" in read) return []
    const found = { ...read, line: line([...place.path, read.kind]) }
    if (read.kind !== "sql" || !textLine) return [found]
    const lineOf = (key: string): number => textLine([...place.path, "sql", key])
    return [{ ...found, lines: { up: lineOf("up"), onComplete: lineOf("onComplete") } }]
  })
  const stem = stemOf(file) ?? file
  const id = outer.data.id ?? stem
  if (outer.data.id === undefined && !outerSchema.shape.id.safeParse(id).success)
    findings.push({
      code: "REVISION_INVALID",
      severity: "error",
      subject: file,
      message: "The file's name can't be the revision's id (letters, digits, _ . -, 100 at most)",
      hint: "Rename the file, or give it an id: of its own.",
      file,
      line: 1,
    })
  throwOnErrors(findings)
  const parents = outer.data.parents === undefined ? null : [outer.data.parents].flat()
  const title = outer.data.title ?? titleOf(id)
  // As read: a schema keeps what a JSON object would lose, such as the order of an index's columns.
  const content = operationsRead.map((operation) => ({ [operation.kind]: operation.input }))
  const contentHash = hashOf({ id, parents, title, operations: content })
  return {
    id,
    parents: parents ?? [],
    parentsGiven: parents !== null,
    title,
    operations: operationsRead,
    contentHash,
    file,
  }
}

function readOperation(
  entry: Readonly<Record<string, unknown>>,
  place: Place,
): RevisionOperation | { readonly findings: readonly Finding[] } {
  const { file } = place
  const common = { severity: "error", subject: file, file } as const
  const [kind, ...more] = Object.keys(entry)
  if (kind === undefined || more.length > 0) {
    const message = `${display(place.path)}: one operation per list item, not ${kind === undefined ? "none" : [kind, ...more].join(", ")}`
    return { findings: [{ ...common, code: "REVISION_INVALID", message, line: place.line(place.path) }] }
  }
  const path = [...place.path, kind]
  const operation = findOperation(kind)
  if (!operation) {
    const hint = operationHint(kind)
    const message = `${display(place.path)}: unknown operation ${kind}`
    return { findings: [{ ...common, code: "UNKNOWN_OPERATION", message, hint, line: place.line(path) }] }
  }
  const input = operation.input.safeParse(entry[kind])
  if (input.success) return { kind, input: input.data }
  return { findings: findingsOf(input.error, operation.input, { ...place, path }) }
}
