import type { Rule } from "../rule.ts"
import { show } from "../table-changes.ts"

export const renamingColumn: Rule = {
  name: "renaming-column",
  severity: "error",
  problem: "At the moment of the rename every statement of the old application that names the column fails.",
  instead: "Add the new column with add_column's up and drop the old one in the same revision.",
  example: {
    bad: "ALTER TABLE users RENAME COLUMN name TO full_name;",
    good: "ALTER TABLE users ADD COLUMN full_name text;",
  },
  fineAtContract: true,
  find: ({ node }, script) => {
    if (!("RenameStmt" in node) || node.RenameStmt.renameType !== "OBJECT_COLUMN") return []
    const { relation, subname } = node.RenameStmt
    return script.creates(relation) ? [] : [show(relation, subname)]
  },
}
