import type { Domain } from "../catalog/domains.ts"
import { sqlstateOf } from "./map-error.ts"
import type { Session } from "./session.ts"
import { domainsSql } from "./sql/domains.ts"

/** Every domain of the database. Within a transaction. */
export async function readDomains(session: Session): Promise<readonly Domain[]> {
  const domains: Domain[] = []
  for (const row of await session.query<DomainRow>(domainsSql)) {
    const { name, base, default: text } = row
    const notNull = row.notNull || (row.hasChecks && !(await takesNull(session, name)))
    domains.push({
      name,
      base,
      notNull,
      ...(row.hasChecks && { checked: true }),
      ...(text !== null && { default: text }),
    })
  }
  return domains
}

interface DomainRow extends Pick<Domain, "name" | "base" | "notNull"> {
  readonly default: string | null
  readonly hasChecks: boolean
}

/** What a check says of NULL only PostgreSQL can tell. One that may not be asked is taken to let it be. */
async function takesNull(session: Session, name: string): Promise<boolean> {
  await session.query("SAVEPOINT takes_null")
  try {
    await session.query(`SELECT NULL::${name}`) // format_type's own words
    return true
  } catch (error) {
    await session.query("ROLLBACK TO SAVEPOINT takes_null")
    return sqlstateOf(error) === "42501"
  } finally {
    await session.query("RELEASE SAVEPOINT takes_null")
  }
}
