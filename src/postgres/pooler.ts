import type { Client } from "pg"
import { RefusedError } from "../domain/errors.ts"

/** Sent in the startup packet. A pooler refuses it or strips it; PostgreSQL itself lets it win over a role's default. */
export const canaryOption = "-c search_path=pg_catalog"

/** What PgBouncer and its kind say to a startup parameter that they don't pass on. */
const refusal = /unsupported startup parameter|unsupported parameter in options/i

/**
 * Refuses a connection that doesn't lead straight to one backend: behind a pooler pins, advisory locks and
 * cancellation would act on sessions of other people. Answers the backend's process id.
 */
export async function refusePooler(client: Client): Promise<number> {
  const { rows } = await client.query<{ pid: number; search_path: string }>(
    "SELECT pg_catalog.pg_backend_pid() AS pid, pg_catalog.current_setting('search_path') AS search_path",
  )
  const [row] = rows
  if (row?.search_path !== "pg_catalog") throw notAllowed("the startup options didn't reach the server")
  if (row.pid !== announcedPid(client)) throw notAllowed("the session's process isn't the one that was announced")
  return row.pid
}

/** The error of a refused startup parameter as what it means; null for any other error. */
export function poolerRefusal(error: unknown): RefusedError | null {
  return error instanceof Error && refusal.test(error.message) ? notAllowed("it refused our startup options") : null
}

/** The process id of the protocol's BackendKeyData message, which pg's types leave out. */
function announcedPid(client: Client): number | null {
  return "processID" in client && typeof client.processID === "number" ? client.processID : null
}

function notAllowed(sign: string): RefusedError {
  return new RefusedError({
    code: "POOLER_NOT_ALLOWED",
    subject: "connection URL",
    message: `the connection goes through a pooler (${sign})`,
    hint: "Give the direct address of the PostgreSQL server; applications may keep using the pooler.",
  })
}
