import type { RunStatus } from "../../domain/run.ts"

/**
 * What the last attempt of a step ended with that is tried again: nobody is asked then, so no finding says it, and a
 * cause that doesn't pass by itself would go unseen. One line each.
 */
export function retryLines({ state, steps, findings }: RunStatus): readonly string[] {
  if (state !== "running" && state !== "aborting") return []
  return steps.flatMap(({ id, error, attempts, state: step }) => {
    if (error === null || step === "skipped" || step === "undone" || step === "done") return []
    if (findings.some(({ code, message }) => code === error.code && message === error.message)) return []
    const hint = error.hint === undefined ? "" : `; ${error.hint}`
    return [`tried again, attempt ${attempts} of ${id} failed: ${error.message} (${error.code})${hint}`]
  })
}
