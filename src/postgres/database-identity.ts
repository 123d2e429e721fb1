import type { TargetConfig } from "../config/config.ts"
import type { DatabaseIdentity } from "../domain/database-identity.ts"
import { parseConnectionUrl } from "./connection-url.ts"
import type { Session } from "./session.ts"

/** The database that a session of this target has reached. */
export async function readIdentity(
  session: Session,
  { url, urlVariables = [] }: Pick<TargetConfig, "url" | "urlVariables">,
): Promise<DatabaseIdentity> {
  const { host, port } = parseConnectionUrl(url)
  const [row] = await session.query<{ oid: number; database: string; readable: boolean }>(`
    SELECT oid::bigint::float8 AS oid,
           datname::text AS database,
           has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE') AS readable
      FROM pg_database
     WHERE datname = current_database()`)
  const [control] = row?.readable
    ? await session.query<{ system: string }>("SELECT system_identifier::text AS system FROM pg_control_system()")
    : []
  return {
    system: control?.system ?? null,
    oid: row?.oid ?? 0,
    host,
    port,
    database: row?.database ?? "",
    variables: urlVariables,
  }
}
