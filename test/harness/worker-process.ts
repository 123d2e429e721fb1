import { spawn, type ChildProcess } from "node:child_process"
import { once } from "node:events"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Config, TargetConfig } from "../../src/config/config.ts"
import { packageDirectory } from "../../src/stack/toolchain.ts"
import { waitUntil } from "../../src/stack/wait-until.ts"

/** `sluice worker` as a process of its own, which can be killed as a machine dies. */
export class WorkerProcess {
  readonly #child: ChildProcess
  #said = ""

  private constructor(config: Config, target: TargetConfig) {
    const { address, namespace } = config.temporal
    writeFileSync(
      join(config.directory, "sluice.yaml"),
      `version: 1
temporal: {address: "${address}", namespace: ${namespace}}
control: {url: "\${CONTROL_URL}"}
targets:
  ${target.name}:
    url: "\${TARGET_URL}"
    soak: 0
    keep: 0
    limits: {lockTimeout: 100ms, lockBudget: 30s, batchDuration: 50ms}
`,
    )
    const { PATH, HOME } = process.env
    this.#child = spawn(process.execPath, [join(packageDirectory(), "bin", "sluice.mjs"), "worker"], {
      cwd: config.directory,
      env: { PATH, HOME, CONTROL_URL: config.control.url.reveal(), TARGET_URL: target.url.reveal() },
      stdio: ["ignore", "ignore", "pipe"],
    })
    this.#child.stderr?.on("data", (chunk) => (this.#said += String(chunk)))
  }

  /** Starts one, and waits until it polls. */
  static async start(config: Config, target: TargetConfig): Promise<WorkerProcess> {
    const worker = new WorkerProcess(config, target)
    const giveUp = (): boolean => worker.#child.exitCode !== null
    const polls = await waitUntil(() => worker.#said.includes("polls"), { timeoutMs: 60_000, giveUp })
    if (!polls) throw new Error(`the worker doesn't poll: ${worker.#said}`)
    return worker
  }

  /** At once, in the middle of whatever it does. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = once(this.#child, "exit")
    this.#child.kill("SIGKILL")
    await ended
  }
}
