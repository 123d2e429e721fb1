import { parseExpression } from "../../sql/parser.ts"
import { printedName } from "../../sql/printed-name.ts"
import { ident, join, literal, none, qualified, sql, trusted } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"
import type { IndexElement, IndexOption, IndexSpec } from "./spec.ts"

/** How an index comes to be: at once, or `concurrently`; `only`: on a partitioned table without its partitions. */
export type IndexManner = "at once" | "concurrently" | "only"

/** CREATE INDEX, said as `pg_get_indexdef` says it: what PostgreSQL does unasked isn't mentioned. */
export function createIndexSql(index: IndexSpec, manner: IndexManner): Sql {
  const { relation, name, unique, method, elements, include, nullsNotDistinct, options, predicate } = index
  const parts = [
    unique ? sql`CREATE UNIQUE INDEX` : sql`CREATE INDEX`,
    manner === "concurrently" ? sql` CONCURRENTLY` : none,
    sql` ${ident(name)} ON`,
    manner === "only" ? sql` ONLY` : none,
    sql` ${qualified(relation)} USING ${ident(method)} (${join(elements.map(elementSql))})`,
    include.length > 0 ? sql` INCLUDE (${join(include.map(ident))})` : none,
    nullsNotDistinct ? sql` NULLS NOT DISTINCT` : none,
    options.length > 0 ? sql` WITH (${optionList(options)})` : none,
    predicate === null ? none : sql` WHERE (${parseExpression(predicate).text})`,
  ]
  return join(parts, "")
}

function elementSql({ key, collation, opclass, descending, nullsFirst }: IndexElement): Sql {
  const nulls = nullsFirst === descending ? none : nullsFirst ? sql` NULLS FIRST` : sql` NULLS LAST`
  const options = opclass && opclass.options.length > 0 ? sql` (${optionList(opclass.options)})` : none
  return join(
    [
      "column" in key ? ident(key.column) : sql`(${parseExpression(key.expression).text})`,
      collation ? sql` COLLATE ${qualified(collation)}` : none,
      opclass ? sql` ${qualified(opclass)}${options}` : none,
      descending ? sql` DESC` : none,
      nulls,
    ],
    "",
  )
}

function optionList(options: readonly IndexOption[]): Sql {
  return join(options.map(([name, value]) => sql`${ident(name)}=${optionValue(value)}`))
}

/** PostgreSQL prints a value like a name where that needs no quotes, else as a string. */
function optionValue(value: string): Sql {
  return printedName(value) === value ? trusted(value) : literal(value)
}
