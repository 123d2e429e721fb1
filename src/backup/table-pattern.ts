import type { RelationName } from "../domain/relation.ts"

/** Long enough for few arguments, short enough for PostgreSQL's regular expressions and the system's argument limit. */
const longestPattern = 4_000

/**
 * Patterns for pg_dump's `--exclude-table-data` and the like that match exactly these relations. Names stand in double
 * quotes, where dots, stars and question marks are letters; `|` outside of quotes means "or", so that a thousand
 * relations are a few patterns and not a thousand queries.
 */
export function relationPatterns(relations: readonly RelationName[]): readonly string[] {
  const bySchema = new Map<string, string[]>()
  for (const { schema, name } of relations) {
    const names = bySchema.get(schema)
    if (names) names.push(name)
    else bySchema.set(schema, [name])
  }
  return [...bySchema].flatMap(([schema, names]) => {
    const prefix = `${quoted(schema)}.`
    return chunks(names.map(quoted), longestPattern - prefix.length).map((chunk) => prefix + chunk.join("|"))
  })
}

/** Patterns that match everything in these schemas. */
export function schemaPatterns(schemas: readonly string[]): readonly string[] {
  return chunks(schemas.map(quoted), longestPattern).map((chunk) => `${chunk.join("|")}.*`)
}

/** Doubled quotes stand for one. Inside of quotes case is kept and nothing else is special. */
function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

function chunks(parts: readonly string[], limit: number): readonly (readonly string[])[] {
  const result: string[][] = []
  let length = limit
  for (const part of parts) {
    if (length + part.length > limit) {
      result.push([])
      length = 0
    }
    result.at(-1)?.push(part)
    length += part.length + 1
  }
  return result
}
