/**
 * Walking PostgreSQL's parse tree. A node is `{Kind: {…fields}}`; a field whose type is fixed by the grammar stands
 * there without its kind (`relation: {relname: …}`).
 */

/** Fields of a node, before anything is known about them. */
export type Fields = Readonly<Record<string, unknown>>

/** Called for each node in the order of the text: its kind (`ColumnRef`) and its fields. */
export type Visitor = (kind: string, fields: Fields) => void

/**
 * Visits every node below `root`. A fixed-type field is visited under its field's name (`relation`, `over`), which
 * starts with a small letter, so that the two can't be confused. Not recursive: a hostile text nests thousands deep.
 */
export function walk(root: unknown, visit: Visitor): void {
  const stack: { readonly kind: string; readonly value: unknown }[] = [{ kind: "", value: root }]
  for (let next = stack.pop(); next; next = stack.pop()) {
    const { kind, value } = next
    if (value === null || typeof value !== "object") continue
    if (Array.isArray(value)) {
      for (const item of value.toReversed()) stack.push({ kind: "", value: item })
      continue
    }
    if (kind !== "") visit(kind, value as Fields)
    for (const [key, member] of Object.entries(value).toReversed()) stack.push({ kind: key, value: member })
  }
}

/** The text of `{String: {sval}}`, or null for another node. */
export function stringOf(node: unknown): string | null {
  const text = fieldsOf(node, "String")?.["sval"]
  return typeof text === "string" ? text : null
}

/** The texts of a list of String nodes; nodes of other kinds are left out. */
export function stringsOf(nodes: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(nodes) ? nodes : []
  return list.map((node) => stringOf(node)).filter((text) => text !== null)
}

/** The fields of `{Kind: {…}}` where the node is of that kind. */
export function fieldsOf(node: unknown, kind: string): Fields | null {
  if (node === null || typeof node !== "object" || !(kind in node)) return null
  const fields: unknown = (node as Fields)[kind]
  return fields !== null && typeof fields === "object" ? (fields as Fields) : null
}

/** The items of a list field, or none. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
