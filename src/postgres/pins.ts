import { alwaysPinned, pinnedByNeed } from "../domain/value-settings.ts"
import { join, literal, sql, type Sql } from "../sql/sql.ts"

/** Time limits of a session, in milliseconds; 0 stands for no limit. */
export interface SessionLimits {
  readonly statementTimeoutMs: number
  readonly lockTimeoutMs: number
  readonly idleInTransactionTimeoutMs: number
}

/**
 * The settings that every session of ours has, whatever the server's, the database's or the role's defaults: text of
 * values and definitions must come out the same everywhere, nothing may wait without end, and a session whose client
 * has died must not linger.
 */
function pins(limits: SessionLimits): Readonly<Record<string, string>> {
  return {
    // Values: hashes and comparisons of text depend on these, and what a backfill computes.
    ...alwaysPinned,
    ...pinnedByNeed,
    // Statements.
    standard_conforming_strings: "on",
    check_function_bodies: "on",
    // Compiling takes longer than any statement of ours does: 160 ms for the catalog's first query.
    jit: "off",
    // Transactions.
    default_transaction_isolation: "read committed",
    default_transaction_read_only: "off",
    default_transaction_deferrable: "off",
    // Limits. `transaction_timeout` is 17's; a role's default must not end a long dump or index build.
    statement_timeout: `${limits.statementTimeoutMs}`,
    lock_timeout: `${limits.lockTimeoutMs}`,
    idle_in_transaction_session_timeout: `${limits.idleInTransactionTimeoutMs}`,
    idle_session_timeout: "0",
    transaction_timeout: "0",
    // A dead client: noticed within a second while a statement runs, within half a minute where the network is cut.
    client_connection_check_interval: "1000",
    tcp_keepalives_idle: "10",
    tcp_keepalives_interval: "5",
    tcp_keepalives_count: "3",
    tcp_user_timeout: "30000",
  }
}

/**
 * Sets the pins of a fresh connection in one round trip. A setting that this server doesn't have is passed over.
 * `synchronous_commit = off` becomes `local`: an answer that we build on must not be lost by a crash.
 */
export function pinStatement(limits: SessionLimits): Sql {
  const rows = Object.entries(pins(limits)).map(([name, value]) => sql`(${literal(name)}, ${literal(value)})`)
  return sql`
    SET search_path = pg_catalog;
    SELECT set_config(pin.name, pin.value, false)
      FROM (VALUES ${join(rows)}) AS pin (name, value)
     WHERE current_setting(pin.name, true) IS NOT NULL
       AND set_config('synchronous_commit',
                      CASE current_setting('synchronous_commit') WHEN 'off' THEN 'local'
                           ELSE current_setting('synchronous_commit') END, false) IS NOT NULL`
}
