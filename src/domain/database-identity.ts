/** Which database somebody means, however it is called from where they stand. Without user and password. */
export interface DatabaseIdentity {
  /** The cluster's own number, which its physical standbys share; null where our role may not read it. */
  readonly system: string | null
  /** The database's number within the cluster: a copy has another one, a rename keeps it. */
  readonly oid: number
  readonly host: string
  readonly port: number
  readonly database: string
  /** The environment variables that the URL was made from. */
  readonly variables: readonly string[]
}

/** A copy of a database is another one, also where it bears the same name on another server. */
export function isSameDatabase(one: DatabaseIdentity, other: DatabaseIdentity): boolean {
  if (one.oid !== other.oid) return false
  if (one.system !== null && other.system !== null) return one.system === other.system
  return one.host === other.host && one.port === other.port
}

/** `127.0.0.1:5432/shop (from SHOP_URL)` */
export function describeDatabase({ host, port, database, variables }: DatabaseIdentity): string {
  const from = variables.length === 0 ? "" : ` (from ${variables.join(", ")})`
  return `${host}:${port}/${database}${from}`
}
