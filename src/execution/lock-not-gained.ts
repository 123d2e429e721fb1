import { sqlstateOf } from "../postgres/map-error.ts"

/** A lock wasn't gained in time, where PostgreSQL's own error can't be told from a cancelled statement. */
export class LockNotGained extends Error {
  constructor(cause: unknown) {
    super("a lock was not gained in time", { cause })
    this.name = "LockNotGained"
  }
}

/**
 * True where the attempt failed because others hold locks, so that the same may work a moment later: lock_timeout
 * (55P03), deadlock (40P01), serialization failure (40001).
 */
export function isLockFailure(error: unknown): boolean {
  if (error instanceof LockNotGained) return true
  const sqlstate = sqlstateOf(error)
  return sqlstate === "55P03" || sqlstate === "40P01" || sqlstate === "40001"
}
