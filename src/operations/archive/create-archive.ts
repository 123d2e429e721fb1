import { displayName } from "../../domain/relation.ts"
import type { SqlStep } from "../../domain/step.ts"
import { ident, join, literal, none, qualified, sql, trusted } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"
import { columnExists, observation, relationOid } from "../observe.ts"
import { sqlStep } from "../sql-step.ts"
import { doBlock } from "../sync/dollar-quoted.ts"
import { allOf } from "../sync/group-direction.ts"
import { againMarker, archiveSchema } from "./archive.ts"
import type { Archive } from "./archive.ts"
import { captureTriggers, createCapture, dropCapture } from "./capture.ts"

/**
 * Purge begins: the archive's table and the triggers that keep it equal, in one transaction and before any row is
 * copied, so that no write falls between the two. Taking it back drops the archive: its values are in the table again,
 * or have never left it. What somebody has left half done on the way back is another shape, and stays.
 */
export function createArchiveStep(archive: Archive, id: string): SqlStep {
  const { relation, place } = archive
  const isThere = sql`${relationOid(place)} IS NOT NULL`
  const triggers = captureTriggers(archive)
  const hidden = archive.columns.map(({ hiding }) => columnExists(relation, hiding.hidden))
  return sqlStep({
    id,
    phase: "purge",
    summary: `Begin the archive ${displayName(place)} of what ${displayName(relation)} hides: table and triggers`,
    sql: sql`CREATE SCHEMA IF NOT EXISTS ${ident(archiveSchema)};
${closeSchema}
${createTable(archive)}
${closeTable(archive)}
${createCapture(archive)}`,
    undo: sql`${dropCapture(archive)}
DROP TABLE IF EXISTS ${qualified(place)};`,
    observe: observation({
      after: allOf([isThere, ...triggers.there]),
      before: allOf([sql`NOT (${isThere})`, ...triggers.gone]),
      // The triggers were taken away, or purge has dropped the columns, and they have come back since.
      partial: allOf([isThere, ...hidden, sql`NOT ${columnExists(relation, againMarker(archive))}`]),
    }),
    lock: "AccessExclusive",
    needs: [
      { kind: "own", relation },
      { kind: "create-on-database" },
      { kind: "create-in-schema", schema: archiveSchema },
    ],
    relations: [relation],
  })
}

function createTable({ place, key, columns, hashes }: Archive): Sql {
  // Types and collations are PostgreSQL's own words.
  const column = (name: string, type: string, collation: string | null): Sql =>
    sql`${ident(name)} ${trusted(type)}${collation === null ? none : sql` COLLATE ${trusted(collation)}`}`
  const parts = [
    ...key.map(({ name, type, collation }) => sql`${column(name, type, collation)} NOT NULL`),
    ...columns.map(({ hiding }) => column(hiding.hidden, hiding.column.type, hiding.column.collation)),
    ...hashes.map(({ name }) => sql`${ident(name)} bigint`),
    sql`PRIMARY KEY (${join(key.map(({ name }) => ident(name)))})`,
  ]
  return sql`CREATE TABLE ${qualified(place)} (
  ${join(parts, ",\n  ")}
);`
}

/** Default privileges may let somebody in at once; nobody stays. */
const closeSchema = doBlock(sql`
DECLARE
  statement text;
BEGIN
  FOR statement IN
    SELECT format('REVOKE ALL ON SCHEMA %I FROM %s', n.nspname, coalesce(quote_ident(r.rolname), 'PUBLIC'))
      FROM pg_namespace AS n
     CROSS JOIN aclexplode(n.nspacl) AS acl
      LEFT JOIN pg_roles AS r ON r.oid = acl.grantee
     WHERE n.nspname = ${literal(archiveSchema)} AND acl.grantee <> n.nspowner
  LOOP
    EXECUTE statement;
  END LOOP;
END
`)

function closeTable({ place }: Archive): Sql {
  return doBlock(sql`
DECLARE
  statement text;
BEGIN
  FOR statement IN
    SELECT format('REVOKE ALL ON TABLE %s FROM %s', c.oid::regclass, coalesce(quote_ident(r.rolname), 'PUBLIC'))
      FROM pg_class AS c
     CROSS JOIN aclexplode(c.relacl) AS acl
      LEFT JOIN pg_roles AS r ON r.oid = acl.grantee
     WHERE c.oid = ${literal(qualified(place))}::regclass AND acl.grantee <> c.relowner
  LOOP
    EXECUTE statement;
  END LOOP;
END
`)
}
