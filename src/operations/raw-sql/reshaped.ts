import type { Node, RangeVar } from "libpg-query"
import type { RelationName } from "../../domain/relation.ts"
import { fieldsOf, stringsOf } from "../../sql/tree.ts"
import { readRawScript } from "./script.ts"

/** A table of which a script of raw SQL changes the columns or the name. */
export interface Reshaped {
  readonly relation: RelationName
  /** PostgreSQL refuses it while a view reads the table, whichever columns that shows. */
  readonly refusedUnderViews: boolean
}

/** The tables of which the columns aren't known once the script has run; new ones are among them. It must parse. */
export function reshapedBy(text: string, defaultSchema: string): readonly Reshaped[] {
  return readRawScript(text).statements.flatMap(({ node }) => reshapedIn(node, defaultSchema))
}

function reshapedIn(node: Node, defaultSchema: string): readonly Reshaped[] {
  const reshaped = (relation: RangeVar | undefined, refusedUnderViews: boolean): readonly Reshaped[] =>
    relation?.relname === undefined
      ? []
      : [{ relation: { schema: relation.schemaname ?? defaultSchema, name: relation.relname }, refusedUnderViews }]
  if ("CreateStmt" in node) return reshaped(node.CreateStmt.relation, false)
  if ("CreateTableAsStmt" in node) return reshaped(node.CreateTableAsStmt.into?.rel, false)
  if ("AlterObjectSchemaStmt" in node) return reshaped(node.AlterObjectSchemaStmt.relation, false)
  if ("RenameStmt" in node) {
    const { renameType, relation } = node.RenameStmt
    return renameType === "OBJECT_TABLE" || renameType === "OBJECT_COLUMN" ? reshaped(relation, false) : []
  }
  if ("AlterTableStmt" in node) {
    const { cmds, relation } = node.AlterTableStmt
    const subtypes = (cmds ?? []).flatMap((command) =>
      "AlterTableCmd" in command ? [command.AlterTableCmd.subtype] : [],
    )
    const isRefused = subtypes.some((subtype) => subtype === "AT_DropColumn" || subtype === "AT_AlterColumnType")
    return isRefused || subtypes.includes("AT_AddColumn") ? reshaped(relation, isRefused) : []
  }
  if (!("DropStmt" in node) || node.DropStmt.removeType !== "OBJECT_TABLE") return []
  return (node.DropStmt.objects ?? []).flatMap((object) => {
    const names = stringsOf(fieldsOf(object, "List")?.["items"])
    const [name, schema] = [names.at(-1), names.at(-2) ?? defaultSchema]
    return name === undefined ? [] : [{ relation: { schema, name }, refusedUnderViews: true }]
  })
}
