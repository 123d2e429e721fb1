/**
 * What an execution function knows of the attempt that it is part of. The rooms with I/O know nothing of Temporal;
 * an activity hands its context over in this shape, a test makes one of its own.
 */
export interface Attempt {
  /** Aborted when the run is cancelled: running statements are cancelled on the server and awaited. */
  readonly signal: AbortSignal
  /** Starts at 1. */
  readonly number: number
  /** Says that the attempt is alive; `details` must be small and free of row data. */
  heartbeat(details?: unknown): void
}
