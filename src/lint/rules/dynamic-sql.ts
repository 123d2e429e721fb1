import type { Rule } from "../rule.ts"

export const dynamicSql: Rule = {
  name: "dynamic-sql",
  severity: "error",
  problem: "What a DO block, CALL or EXECUTE does can't be seen beforehand: neither its locks nor its undo.",
  instead: "Write the statements themselves.",
  example: {
    bad: "DO $$ BEGIN EXECUTE 'DROP TABLE users'; END $$;",
    good: "CREATE VIEW people AS SELECT id, name FROM users;",
  },
  strict: true,
  find: ({ category, kind }) => (category === "dynamic" ? [kind.replace(/Stmt$/, "").toUpperCase()] : []),
}
