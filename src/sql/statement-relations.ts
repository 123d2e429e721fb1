import { fieldsOf, listOf, stringsOf, walk } from "./tree.ts"
import type { Fields } from "./tree.ts"

/** A relation as a statement names it; `schema` is null where none was written. */
export interface ReferencedRelation {
  readonly schema: string | null
  readonly name: string
}

/** What DROP and COMMENT call the things whose name is a relation's. */
const relationTypes: ReadonlySet<unknown> = new Set([
  "OBJECT_TABLE",
  "OBJECT_VIEW",
  "OBJECT_MATVIEW",
  "OBJECT_INDEX",
  "OBJECT_SEQUENCE",
  "OBJECT_FOREIGN_TABLE",
])
/** Things that are named as `schema.relation.thing`. */
const partTypes: ReadonlySet<unknown> = new Set([
  "OBJECT_COLUMN",
  "OBJECT_TRIGGER",
  "OBJECT_POLICY",
  "OBJECT_RULE",
  "OBJECT_TABCONSTRAINT",
])

/** The distinct relations that a node names anywhere. Bodies of functions written as strings are opaque. */
export function referencedRelations(node: unknown): readonly ReferencedRelation[] {
  const found = new Map<string, ReferencedRelation>()
  const withNames = new Set<string>()
  const add = (names: readonly string[]): void => {
    const name = names.at(-1)
    if (name === undefined) return
    const relation = { schema: names.at(-2) ?? null, name }
    found.set(JSON.stringify([relation.schema, relation.name]), relation)
  }
  walk(node, (kind, fields) => {
    if (kind === "CommonTableExpr") withNames.add(String(fields["ctename"]))
    else if (typeof fields["relname"] === "string")
      add([fields["schemaname"], fields["relname"]].filter((part) => typeof part === "string"))
    else if (kind === "DropStmt" || kind === "CommentStmt") for (const names of namedObjects(fields)) add(names)
    else if (kind === "DefElem" && fields["defname"] === "owned_by")
      add(stringsOf(fieldsOf(fields["arg"], "List")?.["items"]).slice(0, -1))
  })
  return [...found.values()].filter(({ schema, name }) => schema !== null || !withNames.has(name))
}

function namedObjects(fields: Fields): readonly (readonly string[])[] {
  const type = fields["removeType"] ?? fields["objtype"]
  const objects = fields["objects"] === undefined ? [fields["object"]] : listOf(fields["objects"])
  const names = objects.map((object) => stringsOf(fieldsOf(object, "List")?.["items"]))
  if (relationTypes.has(type)) return names
  return partTypes.has(type) ? names.map((parts) => parts.slice(0, -1)) : []
}
