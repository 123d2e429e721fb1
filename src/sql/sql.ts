/**
 * SQL text that was put together safely.
 *
 * A branded string: it survives JSON (plans are data), and a plain string can't be passed where an `Sql` is expected.
 * The only ways to make one are the template tag {@link sql}, {@link ident}, {@link qualified}, {@link literal},
 * {@link join} and, for text that a person wrote and the real parser accepted, {@link trusted}.
 */
export type Sql = string & { readonly __sql: unique symbol }

/** Template tag: only other `Sql` values may be interpolated, so that a name or value can never arrive unquoted. */
export function sql(strings: TemplateStringsArray, ...values: readonly Sql[]): Sql {
  let text = strings[0] ?? ""
  for (const [index, value] of values.entries()) text += value + (strings[index + 1] ?? "")
  return text as Sql
}

/** A quoted identifier. Always quoted, so reserved words and mixed case need no special rule. */
export function ident(name: string): Sql {
  if (name === "") throw new RangeError("an identifier can't be empty")
  if (name.includes("\0")) throw new RangeError("an identifier can't contain a NUL character")
  return `"${name.replaceAll('"', '""')}"` as Sql
}

/** A schema-qualified name, from its two parts; a dotted string is never split. */
export function qualified(name: { readonly schema: string; readonly name: string }): Sql {
  return sql`${ident(name.schema)}.${ident(name.name)}`
}

/** A literal of PostgreSQL. Strings are escaped independently of `standard_conforming_strings`. */
export function literal(value: string | number | bigint | boolean | null): Sql {
  if (value === null) return "NULL" as Sql
  if (typeof value === "boolean") return (value ? "TRUE" : "FALSE") as Sql
  if (typeof value === "bigint") return `${value}` as Sql
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new RangeError(`not a finite number: ${value}`)
    return `${value}` as Sql
  }
  if (value.includes("\0")) throw new RangeError("a text literal can't contain a NUL character")
  const quoted = value.replaceAll("'", "''")
  return (value.includes("\\") ? ` E'${quoted.replaceAll("\\", "\\\\")}'` : `'${quoted}'`) as Sql
}

/** Joins fragments with a separator (`, ` by default). */
export function join(parts: readonly Sql[], separator = ", "): Sql {
  return parts.join(separator) as Sql
}

/** `ARRAY['a', 'b']::text[]`, empty where there is nothing in it. */
export function textArray(values: readonly string[]): Sql {
  return sql`ARRAY[${join(values.map(literal))}]::text[]`
}

/** Nothing: for optional clauses. */
export const none = "" as Sql

/**
 * Takes text over as SQL. Only for text that {@link file://./parser.ts the real parser} accepted or that PostgreSQL
 * itself printed (`pg_get_constraintdef`, `format_type`); each call says which in a comment.
 */
export function trusted(text: string): Sql {
  return text as Sql
}
