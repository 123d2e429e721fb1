import { Connection } from "@temporalio/client"
import { inject } from "vitest"
import { waitUntil } from "../../src/stack/wait-until.ts"
import { uniqueId } from "./temporal.ts"

/**
 * A namespace of its own: queues have fixed names, so without one the workers of two files would take each other's
 * work.
 */
export async function createNamespace(): Promise<string> {
  const namespace = uniqueId("sluice")
  const connection = await Connection.connect({ address: inject("temporal").address })
  try {
    await connection.workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: { seconds: 86_400 as unknown as Long },
    })
    // Each part of the server learns of it by and by.
    await waitUntil(() => isKnown(connection, namespace), { timeoutMs: 30_000 })
    return namespace
  } finally {
    await connection.close()
  }
}

type Long = NonNullable<
  NonNullable<
    Parameters<Connection["workflowService"]["registerNamespace"]>[0]["workflowExecutionRetentionPeriod"]
  >["seconds"]
>

async function isKnown({ workflowService, operatorService }: Connection, namespace: string): Promise<boolean> {
  try {
    await workflowService.describeTaskQueue({ namespace, taskQueue: { name: "any" }, taskQueueType: 1 })
    await operatorService.listSearchAttributes({ namespace })
    return true
  } catch {
    return false
  }
}
