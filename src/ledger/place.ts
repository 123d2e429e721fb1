/**
 * Where an attempt stands among all that tell of a run. A frozen worker may wake up when others have long gone on: what it
 * tells then still goes to the ledger, but `status` shows what was decided last.
 */
export interface Place {
  /** When its work was first scheduled, in epoch milliseconds by the scheduler's clock: the order of the decisions. */
  readonly decidedAt: number
  /** Which try of that work it is; starts at 1. */
  readonly attempt: number
}

/** How far the scheduler's clocks may differ, in milliseconds, before one decision counts as older than another. */
export const clockTolerance = 1_000

/**
 * In SQL: such a time, but none that lies in the future. Where the scheduler's clock ran ahead and was set right, nothing
 * would count as newer until that time has come. NULL stays NULL.
 */
export function notAhead(time: string): string {
  const latest = `(extract(epoch FROM clock_timestamp()) * 1000)::bigint + ${clockTolerance}`
  return `CASE WHEN ${time} IS NOT NULL THEN least(${time}, ${latest}) END`
}
