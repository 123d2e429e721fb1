/**
 * What an execution function knows of the attempt that it is part of. The rooms with I/O know nothing of Temporal;
 * an activity hands its context over in this shape, a test makes one of its own.
 */
export interface Attempt {
  /** Aborted when the run is cancelled: running statements are cancelled on the server and awaited. */
  readonly signal: AbortSignal
  /** Starts at 1. */
  readonly number: number
  /**
   * When this attempt was scheduled, in epoch milliseconds by the scheduler's clock (Temporal:
   * `currentAttemptScheduledTimestampMs`). Where given, the fence refuses an attempt that is older than the newest one
   * that claimed: one that was frozen before its claim can then not push out its successor when it wakes.
   */
  readonly scheduledAt?: number
  /** Says that the attempt is alive; `details` must be small and free of row data. */
  heartbeat(details?: unknown): void
}
