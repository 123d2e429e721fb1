/** What every cluster of ours has; a caller's own settings come after and win. */
const always: Readonly<Record<string, string>> = {
  listen_addresses: "127.0.0.1",
  // TCP with a password only: a socket's path would have to fit into 107 bytes.
  unix_socket_directories: "",
  password_encryption: "scram-sha-256",
  wal_level: "logical",
  max_connections: "200",
  max_wal_senders: "20",
  max_replication_slots: "20",
  // An application may commit in two phases; what such a transaction holds up has to be tried.
  max_prepared_transactions: "10",
  logging_collector: "off",
  log_destination: "stderr",
  // Time, process, user@database, application, transaction: enough to see which run did what.
  log_line_prefix: "%m [%p] %q%u@%d %a xid=%x ",
  log_lock_waits: "on",
  log_timezone: "UTC",
  timezone: "UTC",
  // A hard-working migration makes much WAL; few checkpoints keep the waits of applications even.
  max_wal_size: "2GB",
}

/** The arguments by which `postgres` is told its settings. Nothing in them is secret. */
export function settingArguments(port: number, settings: Readonly<Record<string, string>>): readonly string[] {
  const all = { ...always, ...settings, port: String(port) }
  return Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`])
}
