import type { Plan } from "../domain/plan.ts"
import { isSameRelation } from "../domain/relation.ts"
import type { RelationName } from "../domain/relation.ts"
import { archiveSchema } from "../operations/archive/archive.ts"
import type { Session } from "../postgres/session.ts"
import { readJournal } from "./journal-rows.ts"
import { observe } from "./observe.ts"
import type { TargetRun } from "./target-run.ts"

/**
 * True where the purge has dropped what was hidden, by the catalog: a target that was restored to an older state has it
 * still, or hasn't hidden it yet, as its journal then tells.
 */
export async function isPurged(session: Session, { run, plan }: Pick<TargetRun, "run" | "plan">): Promise<boolean> {
  const drop = plan.steps.find(({ id }) => id === "purge/drop")
  if (drop === undefined || (await observe(session, drop)) === "before") return false
  const journal = await readJournal(session, run)
  return journal.length === 0 || journal.some(({ step, direction }) => direction === "do" && isHiding(plan, step))
}

function isHiding({ steps }: Plan, id: string): boolean {
  return id === steps.findLast(({ phase }) => phase === "contract")?.id
}

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
