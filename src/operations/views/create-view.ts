import { ident, join, none, qualified, sql, trusted } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"
import { grantsOn } from "./grants.ts"
import type { VersionView, ViewColumn } from "./version-view.ts"

/**
 * One view with its defaults and rights. Plain columns of one table, nothing else: so PostgreSQL writes through it
 * by itself, ON CONFLICT and RETURNING included.
 *
 * `exposed`: the roles (null: PUBLIC) to which default privileges give something on each new view.
 */
export function createView(view: VersionView, exposed: readonly (string | null)[]): Sql {
  const name = qualified(view.view)
  const options = view.rights === "caller" ? sql` WITH (security_invoker = true)` : none
  const defaults = view.columns.flatMap((column) =>
    column.default === null
      ? []
      : [sql`ALTER VIEW ${name} ALTER COLUMN ${ident(column.name)} SET DEFAULT ${column.default};`],
  )
  const statements = [
    sql`CREATE VIEW ${name}${options} AS
  SELECT ${join(view.columns.map(shown))}
  FROM ${qualified(view.table)};`,
    ...defaults,
    ...(view.owner === null ? [] : [sql`ALTER VIEW ${name} OWNER TO ${ident(view.owner)};`]),
    ...grantsOn(view, exposed),
  ]
  return join(statements, "\n")
}

function shown({ name, physical, type, cast }: ViewColumn): Sql {
  // format_type's own words. A cast where none is needed would keep PostgreSQL from writing through the column.
  const value = cast ? sql`${ident(physical)}::${trusted(type)}` : ident(physical)
  return !cast && name === physical ? value : sql`${value} AS ${ident(name)}`
}
