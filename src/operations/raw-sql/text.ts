import type { Statement } from "../../sql/parser.ts"
import { ident, join, qualified, sql, trusted } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"
import { stringsOf, fieldsOf, walk } from "../../sql/tree.ts"

/**
 * Statements for one transaction. The session's `search_path` is pg_catalog alone; within them it is the default
 * schema, so that a person's SQL finds what it finds in psql, and PostgreSQL's own names still come first.
 */
export function inTransaction(statements: readonly Statement[], defaultSchema: string): Sql {
  // Each text was accepted by the parser as exactly one statement, and ends with its last token.
  const texts = statements.map(({ text }) => trusted(`${text};`))
  return join(
    [
      sql`SET LOCAL search_path TO ${ident(defaultSchema)}, pg_temp;`,
      ...texts,
      sql`SET LOCAL search_path TO pg_catalog;`,
    ],
    "\n",
  )
}

/** One statement outside of a transaction, where no `SET LOCAL` helps: its unqualified relations get their schema. */
export function standingAlone(statement: Statement, defaultSchema: string): Sql {
  const { node } = statement
  if ("DropStmt" in node) {
    const names = (node.DropStmt.objects ?? []).map((object) => stringsOf(fieldsOf(object, "List")?.["items"]))
    const list = join(
      names.map((parts) => qualified({ schema: parts.at(-2) ?? defaultSchema, name: parts.at(-1) ?? "" })),
    )
    return sql`DROP INDEX CONCURRENTLY IF EXISTS ${list}`
  }
  const places: number[] = []
  walk(node, (_, fields) => {
    if (typeof fields["relname"] !== "string" || fields["schemaname"] !== undefined) return
    if (typeof fields["location"] === "number") places.push(fields["location"] - statement.start)
  })
  const bytes = Buffer.from(statement.text, "utf8")
  let from = 0
  let text = ""
  for (const place of places.toSorted((a, b) => a - b)) {
    text += `${bytes.subarray(from, place).toString("utf8")}${ident(defaultSchema)}.`
    from = place
  }
  // Accepted by the parser; what is put in are quoted names at its own positions.
  return trusted(text + bytes.subarray(from).toString("utf8"))
}
