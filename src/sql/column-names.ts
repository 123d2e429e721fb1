import { parseTree } from "./engine.ts"
import { fieldsOf, listOf } from "./tree.ts"
import type { Fields } from "./tree.ts"

/** A column's name that a statement takes away, with the one that the column has from then on; null: it is dropped. */
export interface NameChange {
  /** Null where it wasn't written. */
  readonly schema: string | null
  readonly table: string
  readonly from: string
  readonly to: string | null
}

/** Every RENAME COLUMN and DROP COLUMN of a script, in its order. Throws {@link SqlSyntaxError}. */
export function columnNameChanges(script: string): readonly NameChange[] {
  return parseTree(script).flatMap(({ node }) => {
    const rename = fieldsOf(node, "RenameStmt")
    if (rename?.["renameType"] === "OBJECT_COLUMN")
      return change(rename, String(rename["subname"]), String(rename["newname"]))
    const alter = fieldsOf(node, "AlterTableStmt")
    return listOf(alter?.["cmds"]).flatMap((each) => {
      const command = fieldsOf(each, "AlterTableCmd")
      return alter && command?.["subtype"] === "AT_DropColumn" ? change(alter, String(command["name"]), null) : []
    })
  })
}

function change(statement: Fields, from: string, to: string | null): readonly NameChange[] {
  const { schemaname, relname } = (statement["relation"] ?? {}) as Fields
  if (typeof relname !== "string") return []
  return [{ schema: typeof schemaname === "string" ? schemaname : null, table: relname, from, to }]
}
