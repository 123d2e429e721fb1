import { displayName } from "../domain/relation.ts"
import type { Step } from "../domain/step.ts"
import type { Session } from "../postgres/session.ts"
import { demandAsPlanned } from "./bound-meanwhile.ts"
import { demandFooting } from "./footing.ts"
import { observe, shapeDiffers } from "./observe.ts"
import { claimsToBeUndone, decideCourse, type Course, type StepWork } from "./step-work.ts"
import type { StepContext } from "./step-context.ts"

/**
 * What to do about the step as it is now. Throws RefusedError SHAPE_DIFFERS where something else is in its place, and
 * where a step that this run did looks undone only because a relation is gone: somebody may have renamed it, with all
 * that the step made. What demandFooting and demandAsPlanned throw where there is something to do.
 */
export async function findCourse(
  session: Session,
  { run }: Pick<StepContext, "run">,
  work: StepWork,
): Promise<Exclude<Course, "differs">> {
  const course = decideCourse(work, await observe(session, work.step))
  // First: it is the reason why the contract's own parts differ.
  if (course !== "observed" && course !== "passed") {
    await demandFooting(session, run, work)
    await demandAsPlanned(session, run, work)
  }
  if (course === "differs" || claimsToBeUndone(work, course)) {
    const missing = await missingRelations(session, work.step, run.plan.relations)
    if (course === "differs" || missing.length > 0) throw shapeDiffers(work.step, missing)
  }
  return course
}

/** Relations of the plan that the step touches and that aren't there. */
async function missingRelations(
  session: Session,
  { relations }: Step,
  planned: readonly { readonly schema: string; readonly name: string }[],
): Promise<readonly string[]> {
  const ours = new Set(planned.map(displayName))
  const wanted = relations.filter((relation) => ours.has(displayName(relation)))
  const missing = await session.query<{ schema: string; name: string }>(
    `SELECT wanted.schema, wanted.name
       FROM unnest($1::text[], $2::text[]) AS wanted (schema, name)
      WHERE NOT EXISTS (SELECT FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
                         WHERE n.nspname = wanted.schema AND c.relname = wanted.name)`,
    [wanted.map(({ schema }) => schema), wanted.map(({ name }) => name)],
  )
  return missing.map(displayName)
}
