import type { Rule } from "../rule.ts"

export const transactionNesting: Rule = {
  name: "transaction-nesting",
  severity: "error",
  problem:
    "Sluice runs a script in a transaction together with its journal row. A COMMIT of the script's own would tear the two apart.",
  instead: "Leave BEGIN, COMMIT, ROLLBACK and SAVEPOINT out.",
  example: {
    bad: "BEGIN;\nALTER TABLE users ADD COLUMN email text;\nCOMMIT;",
    good: "ALTER TABLE users ADD COLUMN email text;",
  },
  strict: true,
  find: ({ category, text }) => (category === "transaction" ? [text] : []),
}
