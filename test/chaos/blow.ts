import { setTimeout as sleep } from "node:timers/promises"
import { send } from "../../src/stack/process-identity.ts"
import type { RunningStack } from "../../src/stack/start.ts"
import type { Leashed } from "../../src/stack/leash.ts"

/** What is done to a run. `zombie`: its worker is frozen, another finishes, then the frozen one wakes. */
export type Blow = "none" | "worker" | "postgres" | "temporal" | "zombie"

/** Eight runs are five dead workers and one of each other; the first four of a campaign are one of each. */
const order: readonly Blow[] = ["worker", "postgres", "temporal", "zombie", "worker", "worker", "worker", "worker"]

export function blowOf(index: number): Blow {
  return order[index % order.length] ?? "worker"
}

/** Another worker beside the stack's own. */
export type SecondWorker = () => Promise<Leashed>

/** How long a woken worker is given to try what it was about to do, in milliseconds. */
const wakingMs = 3_000

/**
 * Deals the blow and puts the program back. What is left to do once the run has ended (waking the zombie) is
 * answered as a function.
 */
export async function deal(blow: Blow, stack: RunningStack, another: SecondWorker): Promise<() => Promise<void>> {
  switch (blow) {
    case "none":
      return async () => {}
    case "worker":
    case "postgres":
    case "temporal": {
      const program = stack[blow]
      await program?.kill()
      await program?.start()
      return async () => {}
    }
    case "zombie": {
      const frozen = stack.worker?.process
      if (!frozen) throw new Error("no worker runs that could be frozen")
      send(frozen, "SIGSTOP")
      const second = await another()
      return async () => {
        send(frozen, "SIGCONT")
        await sleep(wakingMs)
        await second.stop()
      }
    }
  }
}
