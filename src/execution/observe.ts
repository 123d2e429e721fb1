import { BugError, RefusedError } from "../domain/errors.ts"
import { observations, type Observation, type Step } from "../domain/step.ts"
import type { Session } from "../postgres/session.ts"

/** What a step observes that leaves nothing in the catalog to look for (raw SQL): the journal alone knows of it. */
const alwaysBefore = "SELECT 'before'"

/** True where only the journal can tell whether the step was done. */
export function isUnseen(step: Step): boolean {
  return step.observe === alwaysBefore
}

/** Asks the catalog how far the step is. Asked again after the step's statements, under its locks: see `Session.ask`. */
export async function observe(session: Session, step: Step): Promise<Observation> {
  const [row] = await session.ask<Record<string, unknown>>(step.observe)
  const answer = row && Object.values(row)[0]
  const observation = observations.find((known) => known === answer)
  if (observation) return observation
  throw new BugError({
    code: "BUG",
    subject: step.id,
    message: `the step's observation answered neither of ${observations.join(", ")}`,
  })
}

/** What is there is neither the shape before the step nor the one after it. `missing`: relations that are gone. */
export function shapeDiffers(step: Step, missing: readonly string[] = []): RefusedError {
  const finds =
    missing.length > 0
      ? `doesn't find ${missing.join(", ")} any more`
      : "finds something else in its place: neither the shape before the step nor the one after it"
  return new RefusedError({
    code: "SHAPE_DIFFERS",
    subject: step.id,
    message: `"${step.summary}" ${finds}`,
    hint:
      missing.length > 0
        ? `Where ${missing.join(", ")} was renamed, give it its name back, then \`sluice retry\`. Where it was dropped for good, an undo can be left out: \`sluice skip --reason …\`.`
        : "Somebody else has changed it. Compare with `sluice plan --run RUN --sql`, put it right or rename it, then `sluice retry`.",
  })
}

/** After a step's SQL ran without an error: throws RefusedError STEP_NOT_EFFECTIVE where the catalog doesn't show it. */
export async function demandEffect(
  session: Session,
  { step, goal }: { readonly step: Step; readonly goal: Observation },
): Promise<void> {
  if (isUnseen(step)) return
  const seen = await observe(session, step)
  if (seen !== goal) throw notEffective(step, goal, seen)
}

function notEffective(step: Step, expected: Observation, seen: Observation): RefusedError {
  return new RefusedError({
    code: "STEP_NOT_EFFECTIVE",
    subject: step.id,
    message: `"${step.summary}" ran without an error, but afterwards "${expected}" was expected and "${seen}" was seen`,
    hint: "An event trigger or a concurrent change may have undone it. Nothing of it counts as done.",
  })
}
