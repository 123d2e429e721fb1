import { randomBytes } from "node:crypto"
import { Client, Connection } from "@temporalio/client"
import { NativeConnection } from "@temporalio/worker"
import { inject } from "vitest"

/** A client of this test run's Temporal server. Close its connection once no call is pending. */
export async function connectClient(): Promise<Client> {
  const { address, namespace } = inject("temporal")
  return new Client({ connection: await Connection.connect({ address }), namespace })
}

/** The connection that a worker needs. Close it once the worker has stopped. */
export function connectWorker(): Promise<NativeConnection> {
  return NativeConnection.connect({ address: inject("temporal").address })
}

/** A task queue or workflow id that no other test has: files run side by side on one server. */
export function uniqueId(prefix: string): string {
  return `${prefix}-${randomBytes(5).toString("hex")}`
}
