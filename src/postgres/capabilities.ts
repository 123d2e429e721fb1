import { canonicalJson } from "../domain/canonical.ts"
import type { Capability } from "../domain/capability.ts"
import { isRowSecurityActive } from "./row-security.ts"
import type { Session } from "./session.ts"
import * as capabilitySql from "./sql/capabilities.ts"

export interface MissingCapability {
  readonly capability: Capability
  /** The exact statement that gives it, for the owner or a superuser to run. */
  readonly hint: string
}

/**
 * Which of the capabilities our role lacks. Asked, never tried. What is about a table, schema or type that doesn't
 * exist isn't missing: an earlier step of the plan creates it, or drift is found elsewhere.
 */
export async function missingCapabilities(
  session: Session,
  needs: readonly Capability[],
): Promise<readonly MissingCapability[]> {
  const distinct = [...new Map(needs.map((need) => [canonicalJson(need), need])).values()]
  const missing: MissingCapability[] = []
  for (const capability of distinct) {
    const hint = await grantFor(session, capability)
    if (hint !== null) missing.push({ capability, hint })
  }
  return missing
}

/** The statement that gives the capability; null where the role has it. Each query answers a row only where it lacks. */
async function grantFor(session: Session, need: Capability): Promise<string | null> {
  const ask = async (text: string, ...values: readonly string[]): Promise<string | null> =>
    (await session.query<{ grant: string }>(text, values))[0]?.grant ?? null
  switch (need.kind) {
    case "own":
      return ask(capabilitySql.ownSql, need.relation.schema, need.relation.name)
    case "create-in-schema":
      return ask(capabilitySql.createInSchemaSql, need.schema)
    case "create-on-database":
      return ask(capabilitySql.createOnDatabaseSql)
    case "references":
      return ask(capabilitySql.tablePrivilegeSql, need.relation.schema, need.relation.name, "REFERENCES")
    case "select":
      return ask(capabilitySql.tablePrivilegeSql, need.relation.schema, need.relation.name, "SELECT")
    case "usage-on-type":
      return ask(capabilitySql.usageOnTypeSql, need.type)
    case "bypass-row-security":
      return (await isRowSecurityActive(session, need.relation))?.grant ?? null
  }
}
