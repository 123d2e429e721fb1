import type { OldShape } from "../domain/old-shape.ts"
import type { ColumnName, RelationName } from "../domain/relation.ts"
import { fieldsOf, listOf, stringOf, stringsOf } from "./tree.ts"
import type { Fields } from "./tree.ts"

/** Whose a column of that name would be: the old shape's, something else's, or nobody's that is known. */
export type Origin = (column: string) => "old" | "other" | null

/** Something in FROM, under the name by which its columns are meant. */
export interface Source {
  readonly name: string | null
  /** As it was written, where it is a relation without an alias; a schema that wasn't written is null. */
  readonly relation: { readonly schema: string | null; readonly name: string } | null
  readonly origin: Origin
  /** True where it may have columns that nobody knows of: a function's result, a temporary table. */
  readonly isOpen: boolean
}

/** A relation as it was written. */
interface Named {
  readonly schema: string | null
  readonly name: string
}

/** Of one that isn't known nobody can tell which columns it has. */
export function isKnown(shape: OldShape, { schema, name }: Named): boolean {
  return shape.known.some((relation) => relation.name === name && (schema === null || relation.schema === schema))
}

/** A source under an alias, whose list of columns (`AS p (id, name)`) hides the names that these had. */
export function sourceOf(alias: Fields | null, origin: Origin, isOpen = false): Source {
  const name = alias?.["aliasname"]
  const renamed = stringsOf(alias?.["colnames"])
  return {
    name: typeof name === "string" ? name : null,
    relation: null,
    origin: (column) => (renamed.includes(column) ? "other" : origin(column)),
    isOpen,
  }
}

/**
 * A relation that is named without its schema may be any of that name: one beside the changed tables is meant rather than
 * one of another schema.
 */
export function originIn(shape: OldShape, named: Named): Origin {
  const isMeant = ({ relation }: ColumnName): boolean =>
    relation.name === named.name && (named.schema === null || relation.schema === named.schema)
  const old = new Set(shape.columns.filter(isMeant).map(({ column }) => column))
  const near = new Set(shape.columns.map(({ relation }) => relation.schema))
  const isNear = ({ schema }: RelationName): boolean => named.schema !== null || near.has(schema)
  const hasNear = shape.known.some((relation) => relation.name === named.name && isNear(relation))
  const others = new Set(
    shape.elsewhere
      .filter((other) => isMeant(other) && (!hasNear || isNear(other.relation)))
      .map(({ column }) => column),
  )
  return (column) => (old.has(column) ? "old" : others.has(column) ? "other" : null)
}

/**
 * Of several that stand side by side. PostgreSQL refuses a name that two of them have: with another that has it, the
 * table was read in a shape without it.
 */
export function combined(sources: readonly Source[]): Origin {
  return (column) => {
    const origins = sources.map(({ origin }) => origin(column))
    return origins.includes("other") ? "other" : origins.includes("old") ? "old" : null
  }
}

/** What a query gives: columns of its own, and with `*` those of its sources. */
export function outputsOf(targets: unknown, sources: readonly Source[]): Origin {
  const own = new Set<string>()
  const passed: Source[] = []
  for (const target of listOf(targets)) {
    const { name, val } = fieldsOf(target, "ResTarget") ?? {}
    const star = starOf(val)
    if (star === null) own.add(typeof name === "string" ? name : impliedName(val))
    else passed.push(...(star.of === null ? sources : sources.filter((source) => source.name === star.of)))
  }
  const origin = combined(passed)
  return (column) => (own.has(column) ? "other" : origin(column))
}

/** `*` and `p.*`. */
function starOf(value: unknown): { readonly of: string | null } | null {
  const fields = listOf(fieldsOf(value, "ColumnRef")?.["fields"])
  if (fieldsOf(fields.at(-1), "A_Star") === null) return null
  return { of: stringOf(fields.at(-2)) }
}

/** What PostgreSQL calls a column that nobody names. */
function impliedName(value: unknown): string {
  const column = fieldsOf(value, "ColumnRef")
  if (column) return stringsOf(column["fields"]).at(-1) ?? ""
  const call = fieldsOf(value, "FuncCall")
  if (call) return stringsOf(call["funcname"]).at(-1) ?? ""
  const cast = fieldsOf(value, "TypeCast")
  return cast ? impliedName(cast["arg"]) : ""
}
