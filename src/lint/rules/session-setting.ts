import type { Rule } from "../rule.ts"

export const sessionSetting: Rule = {
  name: "session-setting",
  severity: "error",
  problem:
    "SET, LOCK, DISCARD and their like change the session in which Sluice works: its timeouts, its search_path, its locks.",
  instead: "Leave them out; lock_timeout and statement_timeout are set by the target's limits.",
  example: {
    bad: "SET lock_timeout = 0;\nALTER TABLE users ADD COLUMN email text;",
    good: "ALTER TABLE users ADD COLUMN email text;",
  },
  strict: true,
  find: ({ category, text }) => (category === "session" ? [text.split(/\s/, 1)[0]?.toUpperCase() ?? "SET"] : []),
}
