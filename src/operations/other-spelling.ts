import { Document, isMap } from "yaml"
import type { RelationName } from "../domain/relation.ts"

/**
 * A hint for a table that isn't there, where its name looks as if it had been written for SQL and not for a revision:
 * with SQL's quotes, or with a schema before a dot. Null: it looks like a name.
 */
export function otherSpelling({ schema, name }: RelationName): string | null {
  const parts = sqlParts(name)
  const [first = "", second, ...more] = parts
  if (more.length > 0) return null
  const isQuoted = name.startsWith('"') && first !== name
  if (second !== undefined && !isQuoted)
    return `A dot is part of a plain name. Of another schema: ${inYaml({ schema: first, name: second })}`
  if (!isQuoted) return null
  const meant =
    second !== undefined ? { schema: first, name: second } : first.includes(".") ? { schema, name: first } : first
  return `SQL's quotes aren't part of a name here: ${inYaml(meant)}`
}

/** The parts of a dotted name as SQL writes it, without their quotes; the name as it stands where it is none. */
function sqlParts(text: string): readonly string[] {
  if (!/^(?:"(?:[^"]|"")+"|[^".]+)(?:\.(?:"(?:[^"]|"")+"|[^".]+))*$/.test(text)) return [text]
  const found = [...text.matchAll(/"((?:[^"]|"")+)"|([^".]+)/g)]
  return found.map(([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare ?? "")
}

/** The line of a revision file that means it. */
function inYaml(table: string | RelationName): string {
  const document = new Document({ table })
  const value = document.get("table", true)
  if (isMap(value)) value.flow = true
  return document.toString({ lineWidth: 0 }).trim()
}
