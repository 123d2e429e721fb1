import type { Rule } from "../rule.ts"
import { smallKeys } from "../small-keys.ts"

export const preferBigintOverInt: Rule = {
  name: "prefer-bigint-over-int",
  severity: "warning",
  problem:
    "A key of type integer ends at 2,147,483,647; widening it later means a second column and a rebuilt primary key.",
  instead: "Use bigint or bigserial for keys.",
  example: {
    bad: "CREATE TABLE users (id serial PRIMARY KEY);",
    good: "CREATE TABLE users (id bigint PRIMARY KEY);",
  },
  find: ({ node }) => ("CreateStmt" in node ? smallKeys(node.CreateStmt) : []),
}
