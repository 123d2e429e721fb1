import type { Rule } from "../rule.ts"
import { nameBytes } from "../../sql/expression.ts"

export const identifierTooLong: Rule = {
  name: "identifier-too-long",
  severity: "warning",
  problem:
    "PostgreSQL cuts names after 63 bytes without an error: two names may become one, and the application's is not the one that exists.",
  instead: "Use a shorter name.",
  example: {
    bad: "CREATE INDEX CONCURRENTLY xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx ON users (email);",
    good: "CREATE INDEX CONCURRENTLY xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx ON users (email);",
  },
  find: (statement, { tokens }) =>
    tokens
      .filter(({ start, kind }) => kind === "identifier" && start >= statement.start && start < statement.end)
      .filter(({ text }) => nameBytes(text) > 63)
      .map(({ text }) => text),
}
