import type { Config, Secret, TargetConfig } from "../config/config.ts"
import { RefusedError } from "../domain/errors.ts"
import { withSession, type Session } from "../postgres/session.ts"

/** A server on which scratch databases may be made. */
export interface ScratchServer {
  readonly url: Secret
  readonly serverMajor: number
  /** The role there is a superuser. */
  readonly superuser: boolean
  /** It is the target's own server, so its roles are all there. */
  readonly own: boolean
}

export interface ScratchChoice {
  readonly config: Pick<Config, "backups">
  readonly target: TargetConfig
  /** The server to take where neither configuration nor the target's role allow another (the embedded one). */
  readonly fallbackScratchUrl?: Secret | null
}

/** `backups.scratch`, else the target's own server where CREATEDB allows, else the fallback, else NO_SCRATCH. */
export async function chooseScratchServer(
  { config, target, fallbackScratchUrl }: ScratchChoice,
  sourceMajor: number,
  signal: AbortSignal,
): Promise<ScratchServer> {
  const look = (url: Secret, own: boolean) =>
    withSession({ url, applicationName: "sluice:scratch", signal }, (session) => readServer(session, url, own))
  const { scratchUrl } = config.backups
  const candidates = scratchUrl !== null ? [scratchUrl] : [target.url, fallbackScratchUrl ?? null]
  for (const url of candidates) {
    if (url === null) continue
    const { mayCreate, ...server } = await look(url, url === target.url)
    if (mayCreate && server.serverMajor >= sourceMajor) return server
    if (url === scratchUrl) throw unusable(mayCreate, server.serverMajor, sourceMajor)
  }
  throw new RefusedError({
    code: "NO_SCRATCH",
    subject: target.name,
    message: "there is no server on which the backup could be restored as a test",
    hint: "ALTER ROLE … CREATEDB on the target, or name another server: `backups: {scratch: {url: …}}`.",
  })
}

async function readServer(
  session: Session,
  url: Secret,
  own: boolean,
): Promise<ScratchServer & { mayCreate: boolean }> {
  const [row] = await session.query<{ major: number; superuser: boolean; mayCreate: boolean }>(
    `SELECT current_setting('server_version_num')::int / 10000 AS major, rolsuper AS superuser,
            (rolsuper OR rolcreatedb) AND NOT pg_is_in_recovery() AS "mayCreate"
       FROM pg_roles WHERE rolname = current_user`,
  )
  const { major = 0, superuser = false, mayCreate = false } = row ?? {}
  return { url, serverMajor: major, superuser, own, mayCreate }
}

function unusable(mayCreate: boolean, major: number, sourceMajor: number): RefusedError {
  return new RefusedError({
    code: "NO_SCRATCH",
    subject: "backups.scratch",
    message: mayCreate
      ? `the scratch server is PostgreSQL ${major}, older than the target's ${sourceMajor}`
      : "the role of `backups.scratch` may not create databases",
    hint: mayCreate ? "Name a server that is at least as new." : "ALTER ROLE … CREATEDB on that server.",
  })
}
