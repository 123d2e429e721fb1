import type { Step } from "../domain/step.ts"

/** Ids are made of names, and two names may look alike (`a.b`, and b in schema a): the second one gets a number. */
export function withUniqueIds(steps: readonly Step[]): readonly Step[] {
  const seen = new Set<string>()
  return steps.map((step) => {
    let id = step.id
    for (let count = 2; seen.has(id); count++) id = `${step.id}~${count}`
    seen.add(id)
    return { ...step, id }
  })
}
