import type { Finding } from "../domain/finding.ts"

/** What a target keeps of where a revision stands in the graph. */
export interface AppliedPlace {
  readonly id: string
  readonly parents: readonly string[]
}

/** The parents of an applied revision that aren't applied themselves: undone since, on other tables. */
export function missingParents({ parents }: AppliedPlace, applied: readonly AppliedPlace[]): readonly string[] {
  return parents.filter((parent) => !applied.some(({ id }) => id === parent))
}

/** Revisions that are applied without what they build on. What is missing would be run after them, in no tested order. */
export function parentFindings(applied: readonly AppliedPlace[], target: string): readonly Finding[] {
  return applied.flatMap((revision) =>
    missingParents(revision, applied).map((parent): Finding => ({
      code: "PARENT_NOT_APPLIED",
      severity: "warning",
      subject: revision.id,
      message: `${revision.id} is applied in ${target}, but not ${parent}, which it builds on: that was undone since`,
      hint: `\`sluice start ${parent}\` would apply it after what builds on it. Undo ${revision.id} as well where it needs it.`,
    })),
  )
}
