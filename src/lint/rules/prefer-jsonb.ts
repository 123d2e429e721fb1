import type { Rule } from "../rule.ts"
import { fieldsOf, stringsOf, walk } from "../../sql/tree.ts"

export const preferJsonb: Rule = {
  name: "prefer-jsonb",
  severity: "warning",
  problem: "Type json has no equality: SELECT DISTINCT, GROUP BY, and comparing two shapes of a row fail on it.",
  instead: "Use jsonb.",
  example: {
    bad: "ALTER TABLE users ADD COLUMN settings json;",
    good: "ALTER TABLE users ADD COLUMN settings jsonb;",
  },
  find: ({ node }) => {
    const found: string[] = []
    walk(node, (kind, fields) => {
      if (kind !== "ColumnDef") return
      const type = fieldsOf(fields, "typeName")
      if (type && stringsOf(type["names"]).at(-1) === "json") found.push(String(fields["colname"]))
    })
    return found
  },
}
