import { RefusedError } from "../../domain/errors.ts"
import { displayName } from "../../domain/relation.ts"
import type { Session } from "../../postgres/session.ts"
import { appliedRevisions } from "../revision-rows.ts"
import { findRuns } from "../run-rows.ts"
import { dropVersions } from "../version-schemas.ts"
import { archiveSchema } from "../../operations/archive/archive.ts"
import { rolesOnSchemasSql } from "../../postgres/sql/roles-on-schemas.ts"
import { archivesIn } from "../archives.ts"
import { journalLock, journalVersion } from "./ensure-journal.ts"
import { findLeftovers } from "./leftovers.ts"
import { ident, qualified, sql } from "../../sql/sql.ts"

/**
 * Removes what Sluice keeps in a target: schema `sluice`, version schemas, the archives of what was purged, and triggers
 * and marker columns that broken runs have left on the application's tables. Answers the names of what was dropped; none where nothing was there. In one transaction.
 * Throws RefusedError RUN_ACTIVE while a run isn't over: its dual write, or the way back from it, lives there; VERSION_IN_USE
 * while a role's sessions begin with a version schema.
 */
export async function uninstall(session: Session): Promise<readonly string[]> {
  return session.transaction(async () => {
    await session.query("SELECT pg_advisory_xact_lock($1)", [journalLock])
    const version = await journalVersion(session)
    const isInstalled = version > 0
    if (isInstalled) await refuseActive(session)
    if (version >= 2) await refuseUsed(session)
    const versions = version >= 2 ? await dropVersions(session) : []
    const dropped = versions.map((name) => `schema ${ident(name)}`)
    for (const { relation, kind, name } of await findLeftovers(session)) {
      const table = qualified(relation)
      await session.query(
        kind === "trigger"
          ? sql`DROP TRIGGER ${ident(name)} ON ${table}`
          : sql`ALTER TABLE ${table} DROP COLUMN ${ident(name)}`,
      )
      dropped.push(`${kind} ${ident(name)} of ${displayName(relation)}`)
    }
    dropped.push(...(await dropArchives(session)))
    if (!isInstalled) return dropped
    const revisions = await appliedRevisions(session)
    await session.query("DROP SCHEMA sluice CASCADE")
    return [...dropped, ...revisions.map(({ id }) => `the record that ${id} is applied`), "schema sluice"]
  })
}

/** Without CASCADE: what somebody has built on an archive, or put beside it, isn't ours, and stops it. */
async function dropArchives(session: Session): Promise<readonly string[]> {
  const archives = await archivesIn(session)
  for (const archive of archives) await session.query(sql`DROP TABLE ${qualified(archive)}`)
  const [found] = await session.query("SELECT FROM pg_namespace WHERE nspname = $1", [archiveSchema])
  if (!found) return []
  await session.query(sql`DROP SCHEMA ${ident(archiveSchema)}`)
  return [...archives.map((archive) => `archive ${displayName(archive)}`), `schema ${archiveSchema}`]
}

async function refuseActive(session: Session): Promise<void> {
  const active = (await findRuns(session)).find(({ state }) => state === "active" || state === "contracted")
  if (!active) return
  throw new RefusedError({
    code: "RUN_ACTIVE",
    subject: active.run,
    message: `run ${active.run} isn't over (${active.state})`,
    hint: `Let it end or abort it: \`sluice status ${active.run}\`.`,
  })
}

/** Its applications find no table any more, or others by the same names. */
async function refuseUsed(session: Session): Promise<void> {
  const versions = await session.query<{ name: string }>("SELECT name FROM sluice.version_schema")
  const used = await session.query<{ schema: string; role: string | null; isHere: boolean }>(rolesOnSchemasSql, [
    versions.map(({ name }) => name),
  ])
  const [first] = used
  if (!first) return
  const [row] = await session.query<{ database: string }>("SELECT current_database()::text AS database")
  const database = ident(row?.database ?? "")
  const resets = used.map(({ role, isHere }) => {
    if (role === null) return sql`ALTER DATABASE ${database} RESET search_path;`
    return isHere
      ? sql`ALTER ROLE ${ident(role)} IN DATABASE ${database} RESET search_path;`
      : sql`ALTER ROLE ${ident(role)} RESET search_path;`
  })
  const roles = [...new Set(used.map(({ role }) => role ?? "every role"))]
  throw new RefusedError({
    code: "VERSION_IN_USE",
    subject: first.schema,
    message: `sessions of ${roles.join(", ")} begin with version schema ${[...new Set(used.map(({ schema }) => schema))].join(", ")}: without it their applications don't find their tables`,
    hint: `Put them on the tables' own schema first, then have them connect anew: ${[...new Set(resets)].join(" ")}`,
  })
}
