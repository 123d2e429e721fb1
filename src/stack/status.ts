import { currentOwner } from "./ownership.ts"
import { addressesOf, readState } from "./state.ts"
import type { StackAddresses } from "./state.ts"
import { deadParts, runningParts } from "./stop.ts"

export interface StackStatus {
  /** True when a process holds the stack and both servers run. */
  readonly running: boolean
  /** The process that holds it; null where none does. */
  readonly ownerPid: number | null
  /** Those that run, of `PostgreSQL`, `Temporal`, `worker`. */
  readonly parts: readonly string[]
  /** Those that ended although nobody told them to, while a process holds the stack. */
  readonly dead: readonly string[]
  /** True where the process that holds the stack starts again what dies. */
  readonly supervised: boolean
  /** The dead that it doesn't start any more, because they died again and again. */
  readonly givenUp: readonly string[]
  /** Where it is, or was last; null where it was never started. */
  readonly addresses: StackAddresses | null
  readonly dataDirectory: string | null
}

const never: StackStatus = {
  running: false,
  ownerPid: null,
  parts: [],
  dead: [],
  supervised: false,
  givenUp: [],
  addresses: null,
  dataDirectory: null,
}

/** What of this folder's stack runs now. Looks at processes only, so it answers at once and changes nothing. */
export function stackStatus(directory: string): StackStatus {
  const state = readState(directory)
  const ownerPid = currentOwner(directory)?.pid ?? null
  // A first start has written nothing yet.
  if (state === null) return { ...never, ownerPid }
  const parts = runningParts(state)
  return {
    running: ownerPid !== null && parts.includes("PostgreSQL") && parts.includes("Temporal"),
    ownerPid,
    parts,
    // Without an owner nothing is meant to run.
    dead: ownerPid === null ? [] : deadParts(state),
    supervised: ownerPid !== null && state.supervision !== null,
    givenUp: ownerPid === null ? [] : (state.supervision?.givenUp ?? []),
    addresses: addressesOf(state),
    dataDirectory: state.dataDirectory,
  }
}
