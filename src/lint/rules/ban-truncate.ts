import type { Rule } from "../rule.ts"

export const banTruncate: Rule = {
  name: "ban-truncate",
  severity: "error",
  problem: "TRUNCATE takes an AccessExclusive lock and loses all rows; with CASCADE those of other tables too.",
  instead: "Delete by key in batches, outside of the run. What TRUNCATE takes comes back from the backup alone.",
  example: {
    bad: "TRUNCATE users;",
    good: "COMMENT ON TABLE users IS 'to be emptied';",
  },
  strict: true,
  find: ({ node, relations }) => ("TruncateStmt" in node ? relations.map(({ name }) => name) : []),
}
