import { stringify } from "yaml"

/**
 * What `sluice new` writes. `parent` null: the first revision. `schema`: path or address of revision.schema.json as
 * seen from the file, by which editors check it; null leaves the line out.
 */
export function newRevisionText(title: string, parent: string | null, schema: string | null = null): string {
  return `${schemaLine(schema)}${head(title, parent === null ? [] : [parent])}
# One change: its operations are compiled together. \`up\` computes a new column from the old shape. For example:
#   - add_column:
#       table: users
#       column: {name: first_name, type: text, nullable: false}
#       up: "split_part(name, ' ', 1)"
operations: []
`
}

/** What `sluice merge` writes: a revision that does nothing but have several parents. */
export function mergeRevisionText(title: string, parents: readonly string[], schema: string | null = null): string {
  return `${schemaLine(schema)}${head(title, parents)}\noperations: []\n`
}

function schemaLine(schema: string | null): string {
  return schema === null ? "" : `# yaml-language-server: $schema=${schema}\n`
}

function head(title: string, parents: readonly string[]): string {
  const flow = parents.map((parent) => stringify(parent).trim()).join(", ")
  // The library decides what a title needs quotes for.
  return `${stringify({ title: title.replaceAll(/\s+/g, " ").trim() || "Change" }, { lineWidth: 0 }).trim()}\nparents: [${flow}]`
}
