import { rm } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import { currentOwner } from "./ownership.ts"
import { endLeftover } from "./postgres-cluster.ts"
import { endProcess, isAlive, type ProcessIdentity } from "./process-identity.ts"
import { readState, stackFolder, withoutProcesses, writeState } from "./state.ts"
import type { StackState } from "./state.ts"

/** Ends this folder's stack, whoever runs it. Answers the names of what was still running. */
export async function stopStack(directory: string): Promise<readonly string[]> {
  const state = readState(directory)
  if (state === null) return []
  const running = runningParts(state)
  const owner = currentOwner(directory)
  // Its owner ends it in order; that takes as long as a worker's last activity.
  if (owner !== null && owner.pid !== process.pid) await endProcess(owner, { signal: "SIGTERM", graceMs: 60_000 })
  const rest = readState(directory) ?? state
  await endLeftovers(rest)
  writeState(directory, withoutProcesses(rest))
  return running
}

/** Ends the stack and removes all its data. */
export async function resetStack(directory: string): Promise<readonly string[]> {
  const running = await stopStack(directory)
  const state = readState(directory)
  const folder = stackFolder(directory)
  if (state !== null) await rm(state.dataDirectory, { recursive: true, force: true })
  const above = state === null ? folder : dirname(state.dataDirectory)
  if (basename(above).startsWith("sluice-")) await rm(above, { recursive: true, force: true }) // see chooseDataDirectory
  for (const name of [
    "temporal.db",
    "temporal.db-shm",
    "temporal.db-wal",
    "logs",
    "owner.json",
    "stack.json",
    "ledger-head",
  ]) {
    await rm(join(folder, name), { recursive: true, force: true })
  }
  return running
}

/** Ends programs that a killed owner left behind. Numbers that belong to other programs by now are left alone. */
export async function endLeftovers(state: StackState): Promise<void> {
  const { worker, temporal } = state
  if (worker.process !== null) await endProcess(worker.process, { graceMs: 5_000 })
  if (temporal.process !== null) await endProcess(temporal.process, { graceMs: 5_000 })
  if (state.postgres.process !== null) await endProcess(state.postgres.process, { signal: "SIGINT", graceMs: 20_000 })
  await endLeftover(state.dataDirectory)
}

/** The parts that run at this moment, by their process. */
export function runningParts(state: StackState): readonly string[] {
  return startedParts(state).flatMap(([name, identity]) => (isAlive(identity) ? [name] : []))
}

/** The parts that were started and not ended in order, and yet don't run. */
export function deadParts(state: StackState): readonly string[] {
  return startedParts(state).flatMap(([name, identity]) => (isAlive(identity) ? [] : [name]))
}

function startedParts(state: StackState): readonly (readonly [string, ProcessIdentity])[] {
  const parts = { PostgreSQL: state.postgres.process, Temporal: state.temporal.process, worker: state.worker.process }
  return Object.entries(parts).flatMap(([name, identity]) => (identity === null ? [] : [[name, identity] as const]))
}
