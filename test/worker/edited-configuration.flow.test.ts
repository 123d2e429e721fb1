import { once } from "node:events"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { spawn, type ChildProcess } from "node:child_process"
import { inject, expect, test } from "vitest"
import type { App } from "../../src/app/context.ts"
import { start } from "../../src/app/start.ts"
import { steer } from "../../src/app/steer.ts"
import { loadRun } from "../../src/ledger/run-status.ts"
import { packageDirectory } from "../../src/stack/toolchain.ts"
import { waitUntil } from "../../src/stack/wait-until.ts"
import { Bench } from "../app/bench.ts"
import { createNamespace } from "../harness/namespace.ts"

test("a running worker goes by sluice.yaml as it was edited, and by its last good state where that is broken", async () => {
  const { address } = inject("temporal")
  const namespace = await createNamespace()
  const bench = await Bench.begin({ address, namespace })
  const file = join(bench.folder, "sluice.yaml")
  const write = (target: string): void =>
    writeFileSync(
      file,
      `version: 1
temporal: {address: "${address}", namespace: ${namespace}}
control: {url: \${CONTROL_URL}}
targets: {${target}: {url: \${SHOP_URL}, soak: 0, keep: 0}}
`,
    )
  write("not-shop")
  const worker = new WorkerProcess(bench)
  try {
    await worker.says("polls")
    write("shop")
    const app = await bench.app()
    const { run } = await start(app, { target: "shop" })
    expect(await stops(app, run)).toMatchObject({ state: "waiting", waitingFor: "dual-write", findings: [] })
    writeFileSync(file, "targets: 1")
    await worker.says("targets must be a mapping")
    await steer(app, { run, verb: "proceed", gate: "dual-write" })
    expect(await stops(app, run)).toMatchObject({ state: "waiting", waitingFor: "switch", findings: [] })
  } finally {
    await worker.end()
    await bench.end()
  }
}, 120_000)

/** `sluice worker` of a project, as a process of its own. */
class WorkerProcess {
  readonly #child: ChildProcess
  #said = ""

  constructor({ folder, env }: Bench) {
    const { PATH, HOME } = process.env
    this.#child = spawn(process.execPath, [join(packageDirectory(), "bin", "sluice.mjs"), "worker"], {
      cwd: folder,
      env: { PATH, HOME, ...env },
      stdio: ["ignore", "ignore", "pipe"],
    })
    this.#child.stderr?.on("data", (chunk) => (this.#said += String(chunk)))
  }

  async says(words: string): Promise<void> {
    const giveUp = (): boolean => this.#child.exitCode !== null
    const heard = await waitUntil(() => this.#said.includes(words), { timeoutMs: 30_000, giveUp })
    expect(heard ? words : this.#said).toBe(words)
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null) return
    const ended = once(this.#child, "exit")
    this.#child.kill("SIGTERM")
    await ended
  }
}

/** The run as soon as it needs somebody. */
async function stops(app: App, run: string) {
  const control = await app.control()
  const found = await waitUntil(
    async () => {
      const status = await loadRun(control, run)
      return status.state === "running" ? null : status
    },
    { timeoutMs: 45_000 },
  )
  return found ?? (await loadRun(control, run))
}
