import { canonicalJson } from "../domain/canonical.ts"
import { parseTree } from "../sql/engine.ts"
import { printedForm } from "./printed-form.ts"

/** What a definition is: how it has to be completed to be a statement that can be parsed. */
export type DefinitionKind = "expression" | "constraint" | "index"

/**
 * Whether two definitions say the same, though one was written by a person and the other printed by PostgreSQL, which
 * adds parentheses, casts (`'x'::text`) and schema names and has forms of its own (printed-form.ts). Casts count for nothing here: this is for proving that a
 * change ended as planned, not for seeing whether somebody else has changed something.
 */
export function sameDefinition(kind: DefinitionKind, left: string, right: string): boolean {
  return left === right || essence(kind, left) === essence(kind, right)
}

function essence(kind: DefinitionKind, text: string): string {
  const statement = {
    expression: `SELECT (${text})`,
    constraint: `ALTER TABLE t ADD CONSTRAINT c ${text}`,
    index: text,
  }[kind]
  return canonicalJson(parseTree(statement).map(({ node }) => stripped(node)))
}

/** Members of the tree that say how something was written, not what it means. */
const spelling: ReadonlySet<string> = new Set(
  `location funcformat initially_valid skip_validation list_start list_end rexpr_list_start rexpr_list_end`.split(" "),
)

function stripped(node: unknown): unknown {
  if (Array.isArray(node)) {
    const items = node.map(stripped)
    return isCatalogName(node) ? items.slice(1) : items
  }
  if (node === null || typeof node !== "object") return node
  if ("TypeCast" in node) {
    const cast = node.TypeCast
    if (cast !== null && typeof cast === "object" && "arg" in cast) return stripped(cast.arg)
  }
  return Object.fromEntries(
    Object.entries(printedForm({ ...node }))
      .filter(([key]) => !spelling.has(key))
      .map(([key, member]) => [key, stripped(member)]),
  )
}

/** `pg_catalog.lower`: the schema that PostgreSQL looks in anyway. */
function isCatalogName(list: readonly unknown[]): boolean {
  return list.length > 1 && canonicalJson(list[0]) === '{"String":{"sval":"pg_catalog"}}'
}
