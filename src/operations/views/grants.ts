import type { Grant, Privilege } from "../../catalog/rights.ts"
import { ident, join, none, qualified, sql, trusted } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"
import type { VersionView } from "./version-view.ts"

const privileges: readonly Privilege[] = ["SELECT", "INSERT", "UPDATE", "DELETE"]

/** The statements that give the view's grants and no others. */
export function grantsOn(view: VersionView, exposed: readonly (string | null)[]): readonly Sql[] {
  const name = qualified(view.view)
  const granted = [...distinct(view.grants, ({ column }) => column === null), ...distinct(view.grants, isOfColumn)]
  const given = granted.map(
    ({ what, roles, grantable }) =>
      sql`GRANT ${what} ON ${name} TO ${join(roles.map(roleName))}${grantable ? sql` WITH GRANT OPTION` : none};`,
  )
  // Where the caller's own rights on the table count, a grant too many opens nothing.
  if (view.rights === "caller" || exposed.length === 0) return given
  return [sql`REVOKE ALL ON ${name} FROM ${join(exposed.map(roleName))};`, ...given]
}

/** A role as GRANT names it; null: PUBLIC. */
export function roleName(role: string | null): Sql {
  return role === null ? sql`PUBLIC` : ident(role)
}

interface Granted {
  readonly what: Sql
  readonly grantable: boolean
  readonly roles: (string | null)[]
}

/** What each role may do of that kind; roles that may do the same together, in the order of their first mention. */
function distinct(grants: readonly Grant[], isOfKind: (grant: Grant) => boolean): readonly Granted[] {
  const found = new Map<string, Granted>()
  const roles = new Set(grants.map(({ grantee }) => grantee))
  for (const role of roles)
    for (const grantable of [false, true]) {
      const own = grants.filter((grant) => grant.grantee === role && grant.grantable === grantable && isOfKind(grant))
      if (own.length === 0) continue
      const what = wordsOf(own)
      const same = found.get(`${grantable} ${what}`)
      if (same) same.roles.push(role)
      else found.set(`${grantable} ${what}`, { what, grantable, roles: [role] })
    }
  return [...found.values()]
}

function isOfColumn({ column }: Grant): boolean {
  return column !== null
}

/** `SELECT, INSERT`, or `SELECT ("id", "name"), UPDATE ("name")`. */
function wordsOf(grants: readonly Grant[]): Sql {
  const parts = privileges.flatMap((privilege) => {
    const own = grants.filter((grant) => grant.privilege === privilege)
    const columns = own.flatMap(({ column }) => (column === null ? [] : [ident(column)]))
    // One of four words of our own.
    const word = trusted(privilege)
    return own.length === 0 ? [] : [columns.length === 0 ? word : sql`${word} (${join(columns)})`]
  })
  return join(parts)
}
