import { existsSync } from "node:fs"
import { join } from "node:path"
import { Secret } from "../config/config.ts"
import { RefusedError, SluiceError } from "../domain/errors.ts"
import { openControl } from "../ledger/control.ts"
import { startPostgres } from "../stack/postgres-cluster.ts"
import { addressesOf, controlDatabase, readState, stackFolder, type StackState } from "../stack/state.ts"
import { runningParts } from "../stack/stop.ts"
import { findToolchain } from "../stack/toolchain.ts"

export interface OpenRun {
  readonly run: string
  readonly target: string
  readonly state: string
}

/**
 * Refuses where runs are under way that only the embedded control database knows: with it would go every way on and
 * back, while triggers and half-made columns stay in their targets. A stopped PostgreSQL is started for the question.
 * Throws RefusedError RUN_ACTIVE.
 */
export async function refuseResetDuringRuns(directory: string): Promise<void> {
  const runs = await openRuns(directory)
  const [first] = runs
  if (!first) return
  const named = runs.map(({ run, target, state }) => `${run} (${state}, in target ${target})`).join(", ")
  throw new RefusedError({
    code: "RUN_ACTIVE",
    subject: first.run,
    message: `the reset would take away all that knows how to end ${named}`,
    hint: `End it first: sluice abort ${first.run}, or let it come to its end. --force resets all the same: then triggers, half-made columns and the lease stay in ${first.target}, until sluice recover ${first.run} --target ${first.target} undoes the run from its journal there`,
  })
}

/** Runs that rest once the stack is stopped; none where it doesn't run, or doesn't say. */
export async function runsToRest(directory: string): Promise<readonly OpenRun[]> {
  const state = readState(directory)
  const addresses = state && addressesOf(state)
  if (!addresses || !runningParts(state).includes("PostgreSQL")) return []
  try {
    return await runsAt(addresses.controlUrl)
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    return []
  }
}

async function openRuns(directory: string): Promise<readonly OpenRun[]> {
  const state = readState(directory)
  if (state === null || !existsSync(join(state.dataDirectory, "PG_VERSION"))) return []
  const addresses = addressesOf(state)
  if (addresses && runningParts(state).includes("PostgreSQL")) return runsAt(addresses.controlUrl)
  return withServerOf(directory, state, runsAt)
}

async function withServerOf<T>(directory: string, state: StackState, work: (url: Secret) => Promise<T>): Promise<T> {
  const cluster = await startPostgres({
    binDirectory: findToolchain().postgresBin,
    dataDirectory: state.dataDirectory,
    password: new Secret(state.passwords.superuser),
    logFile: join(stackFolder(directory), "logs", "postgres.log"),
    port: null,
  })
  try {
    return await work(cluster.url(controlDatabase))
  } finally {
    await cluster.stop()
  }
}

async function runsAt(url: Secret): Promise<readonly OpenRun[]> {
  const control = openControl(url)
  try {
    const [found] = await control.query<{ there: boolean }>(
      "SELECT to_regclass('sluice_control.run') IS NOT NULL AS there",
    )
    if (!found?.there) return []
    return await control.query<OpenRun>(
      "SELECT run, target, state FROM sluice_control.run WHERE ended_at IS NULL ORDER BY started_at",
    )
  } catch (error) {
    // Its database was never made: then no run was either.
    if (error instanceof SluiceError && error.code === "UNKNOWN_DATABASE") return []
    throw error
  } finally {
    await control.close()
  }
}
