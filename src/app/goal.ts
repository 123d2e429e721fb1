import { UserError } from "../domain/errors.ts"
import { gateNames, returnGate } from "../domain/gate.ts"
import { nearestName } from "../domain/nearest.ts"
import { isAfter, phases, type Phase } from "../domain/phase.ts"
import { hasEnded, type RunStatus } from "../domain/run.ts"

/** What can be waited for. */
export type Goal = Phase | typeof returnGate | "end"

/** A gate, a phase or `end` by its name. Throws BAD_ARGUMENT with the nearest one. */
export function goalOf(name: string): Goal {
  const goals: readonly Goal[] = [...phases, returnGate, "end"]
  const goal = goals.find((known) => known === name)
  if (goal) return goal
  const nearest = nearestName(name, goals)
  throw new UserError({
    code: "BAD_ARGUMENT",
    subject: "--for",
    message: `${name} is neither a gate, nor a phase, nor end`,
    hint: nearest ? `did you mean ${nearest}?` : `one of ${goals.join(", ")}`,
  })
}

/**
 * A phase is reached once it was entered. A gate bears its phase's name, and there it is the gate that counts: waiting
 * at it, or past it; otherwise a script's `proceed` would come before the gate is open.
 */
export function hasReached(status: RunStatus, goal: Goal): boolean {
  if (goal === "end") return hasEnded(status.state)
  if (goal === returnGate) return status.waitingFor === goal || status.state === "aborted"
  if (status.state === "aborted" || status.state === "aborting") return false
  if (status.state === "completed" || status.waitingFor === goal || isAfter(status.phase, goal)) return true
  return status.phase === goal && !(gateNames as readonly string[]).includes(goal)
}
