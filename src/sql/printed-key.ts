import { parseTree, scanTokens } from "./engine.ts"
import { ident, join, sql, trusted } from "./sql.ts"
import type { Sql } from "./sql.ts"
import { fieldsOf, listOf, stringsOf, walk } from "./tree.ts"

/** What a unique index tells the rows of its table apart by. */
export interface PrintedKey {
  readonly values: readonly Sql[]
  /** Only such rows are in it; null: all. */
  readonly condition: Sql | null
  readonly nullsNotDistinct: boolean
}

/**
 * Read off an index as `pg_get_indexdef` prints it, whole and (`columns`) one column of its key after the other. Null where
 * values are equal to it that aren't so by their types' own order.
 */
export function printedKey(definition: string, columns: readonly string[]): PrintedKey | null {
  const [tree] = parseTree(definition)
  const index = fieldsOf(tree?.node, "IndexStmt")
  const elements = listOf(index?.["indexParams"]).map((element) => fieldsOf(element, "IndexElem") ?? {})
  if (index?.["accessMethod"] !== "btree" || elements.length !== columns.length) return null
  // It is printed where it isn't the type's own; of a text's two orders equality is the same.
  const classes = elements.flatMap(({ opclass }) => stringsOf(opclass))
  if (!classes.every((name) => /^(text|varchar|bpchar)_pattern_ops$/.test(name))) return null
  return {
    values: elements.map(({ name, collation }, at) => {
      const value = typeof name === "string" ? ident(name) : trusted(columns[at] ?? "NULL")
      const collated = stringsOf(collation).map(ident)
      return collated.length === 0 ? value : sql`${value} COLLATE ${join(collated, ".")}`
    }),
    condition: conditionOf(definition),
    nullsNotDistinct: index["nulls_not_distinct"] === true,
  }
}

/** It stands last: what follows the one WHERE that is in no parentheses. */
function conditionOf(definition: string): Sql | null {
  let depth = 0
  for (const { text, end } of scanTokens(definition)) {
    if (text === "(") depth++
    else if (text === ")") depth--
    else if (depth === 0 && text === "WHERE") return trusted(Buffer.from(definition).subarray(end).toString().trim())
  }
  return null
}

/** The columns that a foreign key points to, and how it takes NULL. */
export interface PrintedReference {
  readonly columns: readonly string[]
  /** MATCH FULL: either all of its own columns are NULL or none is. */
  readonly full: boolean
}

/** Read off a foreign key as `pg_get_constraintdef` prints it; null where it isn't about values that are equal. */
export function printedReference(definition: string): PrintedReference | null {
  const [tree] = parseTree(`ALTER TABLE t ADD CONSTRAINT c ${definition}`)
  let reference: PrintedReference | null = null
  walk(tree?.node, (kind, fields) => {
    if (kind !== "Constraint" || fields["fk_with_period"] === true) return
    reference = { columns: stringsOf(fields["pk_attrs"]), full: fields["fk_matchtype"] === "f" }
  })
  return reference
}
