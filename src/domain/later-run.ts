import type { ErrorFinding } from "./errors.ts"

/** A run that has built on relations of an earlier one since that one's contract, or is about to. */
export interface LaterRun {
  readonly run: string
  readonly revisions: readonly string[]
  /** Relations of both runs, and version views of a schema, as the journal's leases write them. */
  readonly shared: readonly string[]
  /** True until its contract: then it is aborted, afterwards undone. */
  readonly isAtWork: boolean
}

/**
 * Why a run that has contracted can't be taken back now: what its way back drops or renames, a later one stands on. The
 * later one goes first, whether by abort or by undo.
 */
export function laterRevision(run: string, later: LaterRun): ErrorFinding {
  const what = later.revisions.join(", ")
  const [verb, does] = later.isAtWork ? ["abort", "is at work"] : ["undo", "has built"]
  return {
    code: "LATER_REVISION",
    subject: run,
    message: `run ${later.run} (${what}) ${does} on ${later.shared.join(", ")} since, so the way back from here would break it`,
    hint: `Take that one back first: sluice ${verb} ${later.run}`,
  }
}
