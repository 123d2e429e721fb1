import type { Rule } from "../rule.ts"

export const constraintOnDomain: Rule = {
  name: "constraint-on-domain",
  severity: "error",
  problem:
    "A constraint that is added to a domain at once reads every table that uses it, under locks that stop writes.",
  instead: "Add it NOT VALID, and VALIDATE CONSTRAINT in a later revision.",
  example: {
    bad: "ALTER DOMAIN email ADD CONSTRAINT at CHECK (VALUE LIKE '%@%');",
    good: "ALTER DOMAIN email ADD CONSTRAINT at CHECK (VALUE LIKE '%@%') NOT VALID;",
  },
  find: ({ node }) => {
    if (!("AlterDomainStmt" in node) || !node.AlterDomainStmt.def || !("Constraint" in node.AlterDomainStmt.def))
      return []
    const { skip_validation, conname } = node.AlterDomainStmt.def.Constraint
    return skip_validation ? [] : [conname ?? "domain"]
  },
}
