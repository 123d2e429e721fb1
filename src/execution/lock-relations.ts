import { lockModes, type LockMode } from "../domain/lock.ts"
import type { RelationName } from "../domain/relation.ts"
import { sqlstateOf } from "../postgres/map-error.ts"
import type { Session } from "../postgres/session.ts"
import { join, qualified, sql, trusted } from "../sql/sql.ts"
import { LockNotGained } from "./lock-not-gained.ts"

/**
 * Takes all of a step's locks at once, in its strongest mode: one statement's time limit then bounds the whole wait
 * (`lock_timeout` alone would count for each relation, with the first ones held meanwhile), and no lock is raised
 * later, which is how deadlocks come about. Views come before tables, as clients lock them. Relations that don't exist
 * yet, or that the role doesn't own, are left to the step's own statements.
 */
export async function lockRelations(
  session: Session,
  relations: readonly RelationName[],
  mode: LockMode,
  timeoutMs: number,
): Promise<void> {
  if (lockModes.indexOf(mode) < lockModes.indexOf("ShareUpdateExclusive")) return
  const lockable = await findLockable(session, relations)
  if (lockable.length === 0) return
  await session.query(`SET LOCAL statement_timeout = ${timeoutMs}`)
  try {
    // In one message: from the first lock on, every word to and fro is time that applications wait.
    await session.query(sql`LOCK TABLE ${join(lockable.map(qualified))} IN ${modeWords(mode)} MODE;
SET LOCAL statement_timeout = 0`)
  } catch (error) {
    if (sqlstateOf(error) === "57014") throw new LockNotGained(error)
    throw error
  }
}

/** Those that exist and that the role owns, views first. */
export async function findLockable(
  session: Session,
  relations: readonly RelationName[],
): Promise<readonly RelationName[]> {
  return session.query<RelationName>(
    `SELECT n.nspname AS schema, c.relname AS name
       FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS wanted (schema, name, position)
       JOIN pg_namespace AS n ON n.nspname = wanted.schema
       JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = wanted.name
      WHERE c.relkind IN ('r', 'p', 'v')
        AND pg_has_role(c.relowner, 'USAGE')
      ORDER BY c.relkind <> 'v', wanted.position`,
    [relations.map(({ schema }) => schema), relations.map(({ name }) => name)],
  )
}

/** `AccessExclusive` → `ACCESS EXCLUSIVE`. */
function modeWords(mode: LockMode): ReturnType<typeof trusted> {
  // One of our own constants, see lock.ts.
  return trusted(mode.replaceAll(/(?<=[a-z])(?=[A-Z])/g, " ").toUpperCase())
}
