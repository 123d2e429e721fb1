/** PostgreSQL keeps 63 bytes of an application name. */
const longest = 63

/**
 * The name as the server will show it in `pg_stat_activity`: printable ASCII (it replaces the rest itself, by rules
 * that changed with version 16) and at most 63 bytes. What has to tell sessions apart belongs at its beginning.
 */
export function applicationName(name: string): string {
  return name.replaceAll(/[^\x20-\x7e]/g, "?").slice(0, longest)
}
