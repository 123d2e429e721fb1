import type { Rights } from "../../catalog/rights.ts"
import type { Capability } from "../../domain/capability.ts"
import type { SqlStep } from "../../domain/step.ts"
import type { VersionSchema } from "../../domain/versions.ts"
import { ident, join, literal, qualified, sql } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"
import { distinctRelations } from "../merge-steps.ts"
import { observation } from "../observe.ts"
import { sqlStep } from "../sql-step.ts"
import { createView } from "./create-view.ts"
import { roleName } from "./grants.ts"
import { holdsExactly, isInUse, schemaExists } from "./observe-version.ts"
import type { VersionView } from "./version-view.ts"

/** A version schema with its views: nobody uses it yet, so all that it can wait for is a table under an exclusive lock. */
export function createVersionStep(version: VersionSchema, views: readonly VersionView[], rights: Rights): SqlStep {
  const names = views.map(({ view }) => qualified(view))
  const dropViews = names.length === 0 ? [] : [sql`DROP VIEW IF EXISTS ${join(names)};`]
  return sqlStep({
    id: `dual-write/${version.base}/version-views`,
    phase: "dual-write",
    summary: `Create version schema ${version.name}: views of ${views.length} tables of ${version.base} in their new shape`,
    sql: join([createVersionSchema(version, rights), ...createVersionViews(version, views, rights)], "\n"),
    // Without CASCADE: what somebody else has built upon it is theirs to remove.
    undo: join([...dropViews, sql`DROP SCHEMA IF EXISTS ${ident(version.name)};`, forgetVersion(version.name)], "\n"),
    observe: observation({
      after: sql`${isInUse(version)} AND ${holdsExactly(version.name, views)}`,
      before: sql`NOT ${schemaExists(version.name)}`,
    }),
    lock: "AccessShare",
    needs: [
      { kind: "create-on-database" },
      ...views.flatMap((view): Capability[] => (view.owner === null ? [] : [{ kind: "own", relation: view.table }])),
    ],
    relations: distinctRelations(views.map(({ table }) => table)),
  })
}

/** The schema itself: whoever may look things up in the base may do so here. */
export function createVersionSchema(version: VersionSchema, { schemas, role }: Rights): Sql {
  const name = ident(version.name)
  const shape = version.revision === null ? "before the first revision" : `of revision ${version.revision}`
  const users = schemas.filter(({ schema, grantee }) => schema === version.base && grantee !== role)
  const usage = users.length === 0 ? [] : [sql`GRANT USAGE ON SCHEMA ${name} TO ${join(rolesOf(users))};`]
  return join(
    [
      sql`CREATE SCHEMA ${name};`,
      sql`COMMENT ON SCHEMA ${name} IS ${literal(`Sluice: the tables of ${version.base} in the shape ${shape}`)};`,
      ...usage,
      sql`INSERT INTO sluice.version_schema (name, base, revision)
VALUES (${literal(version.name)}, ${literal(version.base)}, ${literal(version.revision)})
ON CONFLICT (name) DO UPDATE SET base = EXCLUDED.base, revision = EXCLUDED.revision, hidden_at = NULL;`,
    ],
    "\n",
  )
}

/** The views, each with its rights. A view can only be given to a role that may create in its schema, for that moment. */
export function createVersionViews(
  version: VersionSchema,
  views: readonly VersionView[],
  { defaults }: Rights,
): readonly Sql[] {
  const name = ident(version.name)
  const owners = [...new Set(views.flatMap(({ owner }) => owner ?? []))].map(ident)
  // A schema of its own has no default privileges yet: only those that hold everywhere reach it.
  const exposed = [...new Set(defaults.filter(({ schema }) => schema === null).map(({ grantee }) => grantee))]
  return [
    ...(owners.length === 0 ? [] : [sql`GRANT USAGE, CREATE ON SCHEMA ${name} TO ${join(owners)};`]),
    ...views.map((view) => createView(view, exposed)),
    ...(owners.length === 0 ? [] : [sql`REVOKE CREATE ON SCHEMA ${name} FROM ${join(owners)};`]),
  ]
}

/** The record that the schema is ours goes with it. */
export function forgetVersion(name: string): Sql {
  return sql`DELETE FROM sluice.version_schema WHERE name = ${literal(name)};`
}

function rolesOf(users: Rights["schemas"]): readonly Sql[] {
  return [...new Set(users.map(({ grantee }) => roleName(grantee)))]
}
