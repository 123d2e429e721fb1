import { RefusedError } from "../domain/errors.ts"
import type { Observation, Step } from "../domain/step.ts"
import type { Sql } from "../sql/sql.ts"
import type { Direction, JournalRow } from "./journal-rows.ts"
import { isUnseen } from "./observe.ts"

/** A step to be carried out in one direction. */
export interface StepWork {
  readonly step: Step
  readonly direction: Direction
  readonly statement: Sql
  /** What the catalog must show afterwards. */
  readonly goal: Observation
  /** The journal's newest row of the step; null: it never ran. */
  readonly last: JournalRow | null
  /**
   * The journal has nothing of the step, and the control database knows that this run did it: the target was restored to
   * an older state, or the journal's rows were taken away. The catalog alone tells what of it is there.
   */
  readonly isLost: boolean
}

/**
 * What to do about what was observed: nothing (`observed`), clear a leftover first (`repair`), or `run`. `differs`:
 * something else is in its place, which is nobody's guess. `passed`: an undo of which neither journal nor catalog tells
 * whether there is anything to undo; nothing is done, and nothing journaled.
 */
export type Course = "observed" | "repair" | "run" | "differs" | "passed"

export function workOf(step: Step, direction: Direction, last: JournalRow | null, held = false): StepWork {
  const isLost = held && last === null
  if (direction === "do") return { step, direction, statement: step.sql, goal: "after", last, isLost }
  if (step.undo === null) throw noWayBack(step)
  return { step, direction, statement: step.undo, goal: "before", last, isLost }
}

export function decideCourse(work: StepWork, seen: Observation): Course {
  if (work.step.back && work.direction === "do") return "observed"
  if (isUnseen(work.step)) return courseUnseen(work)
  if (seen === work.goal) return "observed"
  return work.direction === "do" ? courseOfDo(work.step, seen) : courseOfUndo(work, seen)
}

function courseUnseen(work: StepWork): Course {
  if (work.direction === "undo" && work.isLost) return courseOfOther(work)
  return work.direction === "do" || wasRun(work) || !work.step.transactional ? "run" : "observed"
}

function courseOfDo(step: Step, seen: Observation): Course {
  if (seen === "before") return "run"
  return seen === "partial" && step.repair !== null ? "repair" : "differs"
}

/**
 * An undo takes back what this run did and nothing else. Of a transactional step the journal knows exactly whether
 * that is so; of any other, a broken attempt may have left its work without a row.
 */
function courseOfUndo(work: StepWork, seen: Observation): Course {
  const { step } = work
  if (seen === "other") return courseOfOther(work)
  if (step.back && seen === "partial" && step.repair !== null) return "repair"
  return wasRun(work) || work.isLost || !step.transactional ? "run" : "observed"
}

function courseOfOther(work: StepWork): Course {
  if (wasRun(work)) return "differs"
  if (!work.isLost) return "observed"
  // Of a contract that stands half-way nobody knows which shape applications have: nothing before it may go.
  return work.step.phase === "contract" ? "differs" : "passed"
}

/** True where a step that this run did shows nothing left to undo: somebody has undone it, or hidden it from us. */
export function claimsToBeUndone(work: StepWork, course: Course): boolean {
  return work.direction === "undo" && course === "observed" && wasRun(work)
}

/** True where the journal has the step as done by this run, or as passed on the way to what has to be taken back. */
function wasRun({ step, last }: StepWork): boolean {
  return last?.direction === "do" && (last.outcome === "done" || step.back || !step.transactional)
}

export function noWayBack(step: Step): RefusedError {
  return new RefusedError({
    code: "NO_WAY_BACK",
    subject: step.id,
    message: `"${step.summary}" has no undo`,
    hint: "The plan said so beforehand. Skip it with a reason (`sluice skip RUN --reason …`), or restore from the backup.",
  })
}
