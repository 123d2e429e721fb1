import type { App } from "../app/context.ts"
import { start } from "../app/start.ts"
import { steer } from "../app/steer.ts"
import { wait } from "../app/wait.ts"
import { RefusedError } from "../domain/errors.ts"
import type { WaitName } from "../domain/gate.ts"
import { isAfter } from "../domain/phase.ts"
import type { RunStatus } from "../domain/run.ts"
import type { RunningStack } from "../stack/start.ts"
import { PhaseWatch, type PhaseTime } from "./phases.ts"

/** What the demo has at hand. */
export interface Stage {
  readonly app: App
  readonly stack: RunningStack
  readonly say: (line: string) => void
}

/** How long the end of a run is waited for, in milliseconds. */
const patienceMs = 180_000

/** One run of the demo: watched, and let through its gates. */
export class WatchedRun {
  readonly run: string
  /** What it does, in words. */
  readonly what: string
  readonly #stage: Stage
  readonly #watch: PhaseWatch

  private constructor(run: string, what: string, stage: Stage, watch: PhaseWatch) {
    this.run = run
    this.what = what
    this.#stage = stage
    this.#watch = watch
  }

  static async start(stage: Stage, revision: string, what: string): Promise<WatchedRun> {
    const { run } = await start(stage.app, { revision, target: "scheduledb", plan: undefined })
    stage.say(`Run ${run} ${what}`)
    const watch = new PhaseWatch(await stage.app.control(), run, (phase, back) =>
      stage.say(back ? `  way back: ${phase}` : `  ${phase}`),
    )
    return new WatchedRun(run, what, stage, watch)
  }

  until(isSo: (status: RunStatus) => boolean): Promise<RunStatus> {
    return this.#watch.until(isSo)
  }

  async proceed(gate: WaitName): Promise<void> {
    await this.until((status) => status.waitingFor === gate)
    const proceed = () => steer(this.#stage.app, { run: this.run, verb: "proceed", gate, reason: "the demo" })
    try {
      await proceed()
    } catch (error) {
      if (!(error instanceof RefusedError) || error.code !== "STRAGGLERS_SEEN") throw error
      // They have run while the gate waited, before the application went over. The next look counts from this one on.
      this.#stage.say("  the contract gate has seen statements of the old shape since it opened: it is asked again")
      await proceed()
    }
  }

  async abort(reason: string): Promise<void> {
    await steer(this.#stage.app, { run: this.run, verb: "abort", reason })
  }

  /** SIGKILL in the middle of the backfill, and another worker that takes over from the last committed batch. */
  async killWorkerInBackfill(): Promise<number> {
    const { stack, say } = this.#stage
    const isUnderWay = (status: RunStatus): boolean =>
      status.phase === "backfill" && (status.backfill?.rowsDone ?? 0) > 0
    const midway = await this.until((status) => isUnderWay(status) || isAfter(status.phase, "backfill"))
    if (!stack.worker || !isUnderWay(midway)) return 0
    await stack.worker.kill()
    say(`  worker killed with SIGKILL after ${midway.backfill?.rowsDone ?? 0} rows; another one is started`)
    await stack.worker.start()
    return 1
  }

  /** Waits for its end and answers the milliseconds spent in each phase. */
  async end(): Promise<readonly PhaseTime[]> {
    await wait(this.#stage.app, { run: this.run, for: "end", timeoutMs: patienceMs })
    return this.#watch.end()
  }
}
