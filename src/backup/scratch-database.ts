import { randomBytes } from "node:crypto"
import { Secret } from "../config/config.ts"
import type { DatabaseLocale } from "../domain/backup.ts"
import { SluiceError, TransientError } from "../domain/errors.ts"
import { withSession, type Session } from "../postgres/session.ts"
import { ident, literal, none, sql, type Sql } from "../sql/sql.ts"
import { ownerTag } from "./naming.ts"
import type { ScratchServer } from "./scratch-server.ts"

export interface Scratch {
  readonly name: string
  readonly url: Secret
  readonly notes: readonly string[]
}

/** After this long a scratch database that nobody is connected to is a leftover, whoever made it: a day, in seconds. */
const leftoverAfter = 86_400
/** Nobody's application waits behind these locks: they are on template0 and on our own databases. */
const lockTimeoutMs = 30_000

/**
 * Makes a database, hands it to `work`, and drops it whatever happens. `owner`: the run; what killed attempts of the
 * same owner have left is dropped first, with whoever is still connected.
 */
export async function withScratchDatabase<T>(
  {
    server,
    owner,
    locale,
    signal,
  }: { server: ScratchServer; owner: string; locale: DatabaseLocale; signal: AbortSignal },
  work: (scratch: Scratch) => Promise<T>,
): Promise<T> {
  const seconds = Math.floor(Date.now() / 1000)
  const name = `sluice_scratch_${ownerTag(owner)}_${seconds}_${randomBytes(3).toString("hex")}`
  const inServer = <R>(work: (session: Session) => Promise<R>, until?: AbortSignal): Promise<R> =>
    withSession(
      { url: server.url, applicationName: "sluice:scratch", lockTimeoutMs, ...(until && { signal: until }) },
      work,
    )
  try {
    const notes = await inServer(async (session) => {
      await dropLeftovers(session, owner, seconds)
      return create(session, name, locale)
    }, signal)
    return await work({ name, url: withDatabase(server.url, name), notes })
  } finally {
    // Without the signal: a cancelled attempt cleans up too. What can't be dropped now, the next attempt drops.
    await inServer((session) => drop(session, name)).catch(() => {})
  }
}

async function create(session: Session, name: string, locale: DatabaseLocale): Promise<readonly string[]> {
  const start = sql`CREATE DATABASE ${ident(name)} TEMPLATE template0 ENCODING ${literal(locale.encoding)}`
  try {
    await session.query(
      sql`${start} LC_COLLATE ${literal(locale.collate)} LC_CTYPE ${literal(locale.ctype)} ${providerOf(locale)}`,
    )
    return []
  } catch (error) {
    if (!(error instanceof SluiceError) || error instanceof TransientError || error.code === "PERMISSION_DENIED")
      throw error
    // The server doesn't have that locale. Rows and their hashes don't depend on it; order in indexes does.
    await session.query(sql`${start} LC_COLLATE 'C' LC_CTYPE 'C'`)
    return [`restored with the locale C, since the scratch server doesn't have ${locale.locale ?? locale.collate}`]
  }
}

function providerOf({ provider, locale }: DatabaseLocale): Sql {
  if (locale === null) return none
  if (provider === "i") return sql`LOCALE_PROVIDER icu ICU_LOCALE ${literal(locale)}`
  return provider === "b" ? sql`LOCALE_PROVIDER builtin BUILTIN_LOCALE ${literal(locale)}` : none
}

async function drop(session: Session, name: string): Promise<void> {
  await session.query(sql`DROP DATABASE IF EXISTS ${ident(name)} WITH (FORCE)`)
}

async function dropLeftovers(session: Session, owner: string, now: number): Promise<void> {
  const rows = await session.query<{ name: string }>(
    `SELECT d.datname::text AS name
       FROM pg_database AS d,
            regexp_match(d.datname, '^sluice_scratch_([0-9a-f]{8})_([0-9]{10})_[0-9a-f]{6}$') AS part
      WHERE part IS NOT NULL AND pg_has_role(d.datdba, 'USAGE')
        AND (part[1] = $1
             OR part[2]::bigint < $2 AND NOT EXISTS (SELECT FROM pg_stat_activity AS a WHERE a.datid = d.oid))`,
    [ownerTag(owner), now - leftoverAfter],
  )
  for (const { name } of rows) await drop(session, name)
}

/** The same server and role, another database: a `dbname` parameter outranks the path. */
export function withDatabase(url: Secret, name: string): Secret {
  const text = url.reveal()
  // A password may hold a question mark.
  const behindLogin = text.replace(/^postgres(?:ql)?:\/\/(?:[^@/]*@)?/, "")
  return new Secret(`${text}${behindLogin.includes("?") ? "&" : "?"}dbname=${encodeURIComponent(name)}`)
}
