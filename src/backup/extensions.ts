import { RefusedError } from "../domain/errors.ts"
import { withSession } from "../postgres/session.ts"
import type { ScratchServer } from "./scratch-server.ts"

/** Refuses, by name, extensions that the scratch server doesn't have or that our role there may not create. */
export async function requireExtensions(
  server: ScratchServer,
  extensions: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  if (extensions.length === 0) return
  const missing = await withSession({ url: server.url, applicationName: "sluice:scratch", signal }, (session) =>
    session.query<{ name: string }>(
      `SELECT wanted.name
         FROM unnest($1::text[]) AS wanted (name)
        WHERE NOT EXISTS (SELECT FROM pg_available_extension_versions AS v
                           WHERE v.name = wanted.name AND ($2 OR v.trusted OR NOT v.superuser))
        ORDER BY 1`,
      [extensions, server.superuser],
    ),
  )
  if (missing.length === 0) return
  const names = missing.map(({ name }) => name).join(", ")
  throw new RefusedError({
    code: "NO_SCRATCH",
    subject: "backups.scratch",
    message: `on the server for test restores these extensions can't be created: ${names}`,
    hint: "Install them there, or name a server that has them and a role that may: `backups: {scratch: {url: …}}`.",
  })
}
