import type { RangeVar } from "libpg-query"
import type { Statement } from "../../sql/parser.ts"
import { droppedObjects } from "../drops.ts"
import type { Rule } from "../rule.ts"

export const banDropView: Rule = {
  name: "ban-drop-view",
  severity: "warning",
  problem:
    "Whoever reads the view fails from this moment on: in expand, which is before any application has changed, until another of its name is there.",
  instead:
    "Drop it at contract (onComplete: true), once nothing reads it. To change it, CREATE OR REPLACE VIEW, or drop and create it in the same script.",
  example: {
    bad: "DROP VIEW totals;",
    good: "DROP VIEW totals; CREATE VIEW totals AS SELECT sum(amount) AS total FROM orders;",
  },
  silentAtContract: true,
  find: ({ node }, { statements }) => {
    if (!("DropStmt" in node)) return []
    const { removeType } = node.DropStmt
    if (removeType !== "OBJECT_VIEW" && removeType !== "OBJECT_MATVIEW") return []
    const made = new Set(statements.flatMap(nameOfView))
    return droppedObjects(node.DropStmt).filter((name) => !made.has(name))
  },
}

/** The view that a statement makes, as a DROP would name it. */
function nameOfView({ node }: Statement): readonly string[] {
  const relation: RangeVar | undefined =
    "ViewStmt" in node ? node.ViewStmt.view : "CreateTableAsStmt" in node ? node.CreateTableAsStmt.into?.rel : undefined
  return relation === undefined ? [] : [[relation.schemaname, relation.relname].filter(Boolean).join(".")]
}
