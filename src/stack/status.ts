import { currentOwner } from "./ownership.ts"
import { addressesOf, readState } from "./state.ts"
import type { StackAddresses } from "./state.ts"
import { runningParts } from "./stop.ts"

export interface StackStatus {
  /** True when a process holds the stack and both servers run. */
  readonly running: boolean
  /** The process that holds it; null where none does. */
  readonly ownerPid: number | null
  /** Of `PostgreSQL`, `Temporal`, `worker`. */
  readonly parts: readonly string[]
  /** Where it is, or was last; null where it was never started. */
  readonly addresses: StackAddresses | null
  readonly dataDirectory: string | null
}

/** What of this folder's stack runs now. Looks at processes only, so it answers at once and changes nothing. */
export function stackStatus(directory: string): StackStatus {
  const state = readState(directory)
  if (state === null) return { running: false, ownerPid: null, parts: [], addresses: null, dataDirectory: null }
  const parts = runningParts(state)
  const ownerPid = currentOwner(directory)?.pid ?? null
  const running = ownerPid !== null && parts.includes("PostgreSQL") && parts.includes("Temporal")
  return { running, ownerPid, parts, addresses: addressesOf(state), dataDirectory: state.dataDirectory }
}
