import { ApplicationFailure } from "@temporalio/common"
import { NativeConnection, Worker } from "@temporalio/worker"
import { inject } from "vitest"
import type { createActivities } from "../../activities/index.ts"
import { targetQueue, workflowQueue } from "../../src/domain/queues.ts"
import { waitUntil } from "../../src/stack/wait-until.ts"
import { workflowBundle } from "../../src/worker/bundle.ts"

/**
 * Where a workflow is watched alone: its activities touch nothing. Each is seen to begin and to end, can be held back in
 * between, and made to fail.
 */
export class Stage {
  readonly seen: string[] = []
  /** As what gates were opened, in their order. */
  readonly opened: string[] = []
  readonly #held = new Map<string, { readonly until: Promise<void>; readonly letGo: () => void }>()
  readonly #failing = new Set<string>()

  holdBack(name: string): void {
    let letGo = (): void => {}
    const until = new Promise<void>((resolve) => (letGo = resolve))
    this.#held.set(name, { until, letGo })
  }

  letGo(name: string): void {
    this.#held.get(name)?.letGo()
  }

  /** The next time that it is played it fails, so that somebody has to decide. */
  failOnce(name: string): void {
    this.#failing.add(name)
  }

  async sees(words: string): Promise<void> {
    const found = await waitUntil(() => this.seen.includes(words), { timeoutMs: 30_000, everyMs: 10 })
    if (!found) throw new Error(`never seen: ${words}; but ${this.seen.join(", ")}`)
  }

  /** Opens both queues of a namespace for as long as `work` lasts. */
  async play<T>(namespace: string, work: () => Promise<T>): Promise<T> {
    const connection = await NativeConnection.connect({ address: inject("temporal").address })
    const both = { connection, namespace, activities: this.#activities() }
    const workers = [
      await Worker.create({ ...both, taskQueue: workflowQueue, workflowBundle: await workflowBundle() }),
      await Worker.create({ ...both, taskQueue: targetQueue("default") }),
    ]
    const running = Promise.all(workers.map((worker) => worker.run()))
    try {
      return await work()
    } finally {
      for (const { letGo } of this.#held.values()) letGo()
      for (const worker of workers) worker.shutdown()
      await running
      await connection.close()
    }
  }

  #activities(): ReturnType<typeof createActivities> {
    const outline = { hash: "", revisions: [], steps: [], hidesOldShape: false }
    const nothing = { outcome: "done", rows: 0 } as const
    return {
      precheck: () => this.#perform("precheck", { warnings: 0 }),
      preparePlan: () => this.#perform("preparePlan", outline),
      assessJournal: () => Promise.reject(new Error("nothing is adopted here")),
      createBackup: () => this.#perform("createBackup", { backup: "", sha256: "", restoreSeconds: 0 }),
      performStep: () => this.#perform("performStep", nothing),
      undoStep: () => this.#perform("undoStep", nothing),
      undoBackfill: () => this.#perform("undoBackfill", nothing),
      runBackfill: () => this.#perform("runBackfill", nothing),
      runVerify: () => this.#perform("runVerify", nothing),
      openGate: (_ref, _gate, state = "waiting") => {
        this.opened.push(state)
        return this.#perform("openGate", { evidenceHash: "" })
      },
      judge: (_ref, { verb }) => this.#perform(`judge ${verb}`, { targetKnows: true }),
      tellPause: () => this.#perform("tellPause", undefined),
      loadOutline: () => this.#perform("loadOutline", outline),
      recordState: (_ref, { state }) => this.#perform(`record ${state}`, undefined),
      finishRun: (_ref, { state }) => this.#perform("finishRun", { state }),
      endOf: () => this.#perform("endOf", null),
      soak: () => this.#perform("soak", undefined),
    }
  }

  async #perform<T>(name: string, result: T): Promise<T> {
    this.seen.push(`${name} begins`)
    await this.#held.get(name)?.until
    this.seen.push(`${name} ends`)
    if (this.#failing.delete(name)) throw ApplicationFailure.nonRetryable("failed once", "UserError")
    return result
  }
}
