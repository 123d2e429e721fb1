import type { Grant, Rights } from "../catalog/rights.ts"
import { RefusedError } from "../domain/errors.ts"
import type { VersionSchema } from "../domain/versions.ts"
import { createVersionSchema, createVersionViews } from "../operations/views/create-version.ts"
import { grantsOn, roleName } from "../operations/views/grants.ts"
import { viewsIn } from "../operations/views/observe-version.ts"
import type { VersionView } from "../operations/views/version-view.ts"
import { readGrants } from "../postgres/relation-grants.ts"
import type { Session } from "../postgres/session.ts"
import { ident, join, qualified, sql } from "../sql/sql.ts"

/** `refreshed`: it was there, but some of its views or their grants weren't what they should be. */
export type VersionState = "created" | "refreshed" | "unchanged"

/** What a refresh of a version schema needs to know. */
export interface VersionContents {
  readonly version: VersionSchema
  readonly views: readonly VersionView[]
  readonly rights: Rights
  /** The run that made the version and may still be undone; null: none. Its views then stay as it made them. */
  readonly keptBy: string | null
}

/** Makes a version schema with its views. Nobody else may bear the name. Call within a transaction. */
export async function createVersion(
  session: Session,
  { version, views, rights }: Omit<VersionContents, "keptBy">,
): Promise<void> {
  await session.query(createVersionSchema(version, rights))
  for (const statement of createVersionViews(version, views, rights)) await session.query(statement)
}

/**
 * Brings the views of a version schema of ours to the shape and grants wanted, and leaves alone those that are so
 * already: a view that has to be made again is missing for the length of the transaction, and statements wait for it.
 * Throws RefusedError RUN_ACTIVE where the views belong to a run that may still be undone.
 */
export async function refreshVersion(session: Session, contents: VersionContents): Promise<VersionState> {
  const { version, views, rights } = contents
  const found = await session.query<FoundView>(viewsIn(version.name))
  const wrong = views.filter((view) => !found.some((other) => isSame(view, other)))
  if (wrong.length > 0 && contents.keptBy !== null) throw kept(contents.keptBy, version)
  const stale = wrong.filter(({ view }) => found.some(({ name }) => name === view.name)).map(({ view }) => view)
  if (stale.length > 0) await session.query(sql`DROP VIEW ${join(stale.map(qualified))}`)
  for (const statement of createVersionViews(version, wrong, rights)) await session.query(statement)
  const right = views.filter((view) => !wrong.includes(view))
  let isChanged = wrong.length > 0
  for (const view of right) if (await refreshGrants(session, view)) isChanged = true
  return isChanged ? "refreshed" : "unchanged"
}

/** Drops the version schemas that are ours, in use or hidden, and answers their names. Throws DEPENDENTS_EXIST. */
export async function dropVersions(session: Session): Promise<readonly string[]> {
  const versions = await session.query<{ name: string }>(
    `SELECT v.name FROM sluice.version_schema AS v JOIN pg_namespace AS n ON n.nspname = v.name ORDER BY v.name`,
  )
  for (const { name } of versions) {
    const views = await session.query<FoundView>(viewsIn(name))
    const names = views.map((view) => qualified({ schema: name, name: view.name }))
    if (names.length > 0) await session.query(sql`DROP VIEW ${join(names)}`)
    // Without CASCADE: what somebody has put there isn't ours.
    await session.query(sql`DROP SCHEMA ${ident(name)}`)
  }
  return versions.map(({ name }) => name)
}

function kept(run: string, { name }: VersionSchema): RefusedError {
  return new RefusedError({
    code: "RUN_ACTIVE",
    subject: run,
    message: `run ${run} made version schema ${name} and may still be undone, so its views stay as they are`,
    hint: `Let it end first: \`sluice wait ${run} --for end\`. Until then applications find other tables in the schema itself.`,
  })
}

/** A row of `viewsIn`. */
interface FoundView {
  readonly name: string
  readonly columns: readonly string[]
  readonly types: readonly string[]
  readonly caller: boolean
}

function isSame({ view, columns, rights }: VersionView, found: FoundView): boolean {
  const shape = (names: readonly string[], types: readonly string[]): string => JSON.stringify([names, types])
  const wanted = shape(
    columns.map(({ name }) => name),
    columns.map(({ type }) => type),
  )
  return (
    view.name === found.name && found.caller === (rights === "caller") && wanted === shape(found.columns, found.types)
  )
}

/** True where somebody had more or fewer rights on the view than on its table. */
async function refreshGrants(session: Session, view: VersionView): Promise<boolean> {
  const { owner, grants } = await readGrants(session, view.view)
  const others = grants.filter(({ grantee }) => grantee !== owner)
  if (keysOf(others) === keysOf(view.grants)) return false
  const roles = [...new Set(others.map(({ grantee }) => roleName(grantee)))]
  // Goes for rights on single columns too.
  if (roles.length > 0) await session.query(sql`REVOKE ALL ON ${qualified(view.view)} FROM ${join(roles)}`)
  for (const statement of grantsOn(view, [])) await session.query(statement)
  return true
}

function keysOf(grants: readonly Grant[]): string {
  return grants
    .map(({ grantee, privilege, column, grantable }) => JSON.stringify([grantee, privilege, column, grantable]))
    .toSorted()
    .join()
}
