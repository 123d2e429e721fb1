import { setMaxListeners } from "node:events"
import { rest } from "../rest.ts"
import type { Throttle } from "../throttle/throttle.ts"
import type { Session } from "../../postgres/session.ts"
import { look, report } from "./look.ts"
import { fillRanges, type FillContext } from "./range-worker.ts"

const tickMs = 200
/** The least time between two reports to the observer. */
const reportEveryMs = 500

/** One pass over the open ranges: starts workers, watches throttle and knobs, reports, until every range is through. */
export async function fillPass(
  control: Session,
  context: Omit<FillContext, "signal">,
  throttle: Throttle,
): Promise<void> {
  const stop = new AbortController()
  const signal = AbortSignal.any([context.attempt.signal, stop.signal])
  // Each worker listens to it; Node would take so many for a leak.
  setMaxListeners(0, signal)
  const workers = new Map<number, Promise<void>>()
  const failures: unknown[] = []
  const start = (worker: number): void => {
    const work = fillRanges({ ...context, signal }, worker)
      .catch((error: unknown) => {
        failures.push(error)
        stop.abort(error)
      })
      .finally(() => workers.delete(worker))
    workers.set(worker, work)
  }
  try {
    let reportedAt = 0
    while (failures.length === 0) {
      signal.throwIfAborted()
      await look(control, context, throttle)
      for (
        let worker = 0;
        worker < context.pace.parallelRanges && worker < context.queue.length + workers.size;
        worker++
      ) {
        if (!workers.has(worker) && context.queue.length > 0) start(worker)
      }
      if (Date.now() - reportedAt >= reportEveryMs) {
        reportedAt = Date.now()
        await report(context)
      }
      if (workers.size === 0 && context.queue.length === 0) break
      await Promise.race([rest(tickMs, signal).catch(() => {}), Promise.all(workers.values())])
    }
  } catch (error) {
    failures.push(error)
    stop.abort(error)
  }
  await Promise.all(workers.values())
  context.attempt.signal.throwIfAborted()
  if (failures.length > 0) throw failures[0]
}
