import type { Rule } from "../rule.ts"
import { show } from "../table-changes.ts"

export const renamingSchema: Rule = {
  name: "renaming-schema",
  severity: "error",
  problem:
    "Every statement that names the schema fails at once, and so does every search_path that leads to it. Moving a table to another schema does the same.",
  instead: "Create the new schema with views on the old tables, and move the applications first.",
  example: {
    bad: "ALTER SCHEMA shop RENAME TO store;",
    good: "CREATE SCHEMA store;",
  },
  fineAtContract: true,
  find: ({ node }) => {
    if ("RenameStmt" in node && node.RenameStmt.renameType === "OBJECT_SCHEMA")
      return [node.RenameStmt.subname ?? "schema"]
    if ("AlterObjectSchemaStmt" in node) return [show(node.AlterObjectSchemaStmt.relation) || "object"]
    return []
  },
}
