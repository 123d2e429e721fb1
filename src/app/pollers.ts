import { TransientError } from "../domain/errors.ts"
import { targetQueue, workflowQueue } from "../domain/queues.ts"
import type { TemporalLink } from "./temporal.ts"

/** How long the server may take to say who polls. */
const deadlineMs = 2000

/**
 * A poll lasts a minute, and the server names pollers for minutes after they died. One whose last poll began longer
 * ago than this is no longer there.
 */
const freshMs = 75_000

// temporal.api.enums.v1.TaskQueueType
const taskQueueTypes = { workflow: 1, activity: 2 } as const

export interface PollerReport {
  readonly queue: string
  readonly kind: keyof typeof taskQueueTypes
  /** Identities of the workers seen within the last poll's length. */
  readonly workers: readonly string[]
}

/** Who polls the queues that a run needs. Throws TEMPORAL_UNREACHABLE. */
export async function findPollers(
  link: TemporalLink,
  milliseconds = deadlineMs,
  /** Epoch milliseconds: workers whose last poll began before don't count. */
  since = Date.now() - freshMs,
): Promise<readonly PollerReport[]> {
  const wanted = [
    { queue: workflowQueue, kind: "workflow" },
    { queue: targetQueue("default"), kind: "activity" },
  ] as const
  try {
    // One after the other: where one call fails, none may be left under way.
    return await link.call(milliseconds, async (client) => {
      const reports: PollerReport[] = []
      for (const { queue, kind } of wanted) {
        const answer = await client.workflowService.describeTaskQueue({
          namespace: link.namespace,
          taskQueue: { name: queue },
          taskQueueType: taskQueueTypes[kind],
        })
        const workers = (answer.pollers ?? [])
          .filter(({ lastAccessTime: at }) => Number(at?.seconds ?? 0) * 1000 + (at?.nanos ?? 0) / 1e6 >= since)
          .map((poller) => poller.identity ?? "unknown")
        reports.push({ queue, kind, workers })
      }
      return reports
    })
  } catch (error) {
    throw link.explain(error)
  }
}

/** Throws NO_WORKER where a queue has no poller at all. */
export async function requirePollers(link: TemporalLink): Promise<void> {
  for (const { queue, kind, workers } of await findPollers(link)) if (workers.length === 0) throw noWorker(queue, kind)
}

export function noWorker(queue: string, kind: string): TransientError {
  return new TransientError({
    code: "NO_WORKER",
    subject: queue,
    message: `no worker polls the ${kind} queue ${queue}`,
    hint: "nothing was sent; start one with sluice worker (or sluice dev), then send it again",
  })
}
