import type { Plan } from "../domain/plan.ts"
import { isSameRelation } from "../domain/relation.ts"
import type { RelationName } from "../domain/relation.ts"
import { archiveSchema } from "../operations/archive/archive.ts"
import type { Session } from "../postgres/session.ts"

/** The archives that a plan's way back fills columns from, and that are gone. */
export async function missingArchives(session: Session, { steps }: Plan): Promise<readonly RelationName[]> {
  const wanted = steps
    .filter(({ action, back }) => action === "backfill" && back)
    .flatMap(({ relations }) => relations.filter(({ schema }) => schema === archiveSchema))
  const there = await archivesIn(session)
  return wanted.filter((archive) => !there.some((other) => isSameRelation(other, archive)))
}

/** Every archive that purges have left in the target, by name. */
export async function archivesIn(session: Session): Promise<readonly RelationName[]> {
  return session.query<RelationName>(
    `SELECT n.nspname::text AS schema, c.relname::text AS name
       FROM pg_class AS c
       JOIN pg_namespace AS n ON n.oid = c.relnamespace
      WHERE n.nspname = $1 AND c.relkind = 'r'
      ORDER BY 2`,
    [archiveSchema],
  )
}
