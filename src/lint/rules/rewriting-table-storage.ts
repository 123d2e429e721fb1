import type { Rule } from "../rule.ts"
import type { AlterTableType } from "libpg-query"
import { show, tableChanges } from "../table-changes.ts"

const rewriting: ReadonlySet<AlterTableType> = new Set([
  "AT_SetLogged",
  "AT_SetUnLogged",
  "AT_SetTableSpace",
  "AT_SetAccessMethod",
  "AT_SetExpression",
])

export const rewritingTableStorage: Rule = {
  name: "rewriting-table-storage",
  severity: "error",
  problem: "Changing tablespace, access method or LOGGED rewrites the whole table under an AccessExclusive lock.",
  instead: "Create a new table of the other kind and move the rows.",
  example: {
    bad: "ALTER TABLE users SET UNLOGGED;",
    good: "ALTER TABLE users SET (fillfactor = 90);",
  },
  find: (statement, script) =>
    tableChanges(statement, script)
      .filter(({ command }) => command.subtype !== undefined && rewriting.has(command.subtype))
      .map(({ relation }) => show(relation)),
}
