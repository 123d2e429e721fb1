import type { Component } from "./component.ts"
import type { PartsContext } from "./parts.ts"
import { endProcess } from "./process-identity.ts"
import { supervise, type Supervisor } from "./supervisor.ts"

interface StackParts {
  readonly postgres: Component
  readonly temporal: Component
  readonly worker: Component | null
}

/** Keeps a stack's parts running. What it had to give up stands in the state, where `sluice dev` finds it. */
export function superviseStack(
  { state, logs }: PartsContext,
  { postgres, temporal, worker }: StackParts,
  say: (line: string) => void,
): Supervisor {
  state.change({ supervision: { givenUp: [] } })
  const ports = (): string => `${state.now.postgres.port} ${state.now.temporal.port}`
  let known = ports()
  return supervise({
    parts: [
      { name: "PostgreSQL", component: postgres, logFile: logs.postgres },
      { name: "Temporal", component: temporal, logFile: logs.temporal },
      ...(worker === null ? [] : [{ name: "worker", component: worker, logFile: logs.worker }]),
    ],
    say,
    gaveUp: (names) => state.change({ supervision: { givenUp: [...names] } }),
    async revived() {
      if (ports() === known) return
      known = ports()
      const running = worker?.process ?? null
      if (running === null) return
      // Somebody else has the old port by now. The worker only knows that one; the next one is told the new.
      say("A server has another port than before: the worker is ended, to be started anew.")
      await endProcess(running, { graceMs: 30_000 })
    },
  })
}
