import type { Rule } from "../rule.ts"
import { show } from "../table-changes.ts"

export const renamingTable: Rule = {
  name: "renaming-table",
  severity: "error",
  problem: "At the moment of the rename every statement of the old application that names the table fails.",
  instead: "Give the table a second name by a view, and rename once nobody uses the old one.",
  example: {
    bad: "ALTER TABLE users RENAME TO people;",
    good: "CREATE VIEW people AS SELECT id, name FROM users;",
  },
  fineAtContract: true,
  find: ({ node }, script) => {
    if (!("RenameStmt" in node)) return []
    const { renameType, relation } = node.RenameStmt
    if (renameType !== "OBJECT_TABLE" && renameType !== "OBJECT_VIEW" && renameType !== "OBJECT_MATVIEW") return []
    return script.creates(relation) ? [] : [show(relation)]
  },
}
