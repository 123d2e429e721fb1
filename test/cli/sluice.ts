import { spawn } from "node:child_process"
import { join } from "node:path"
import { packageDirectory } from "../../src/stack/toolchain.ts"

export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  /** The one document on stdout. Throws where there is none, or more. */
  readonly json: () => unknown
}

/** Runs the compiled command line as a process of its own, as a user's shell would; no terminal anywhere. */
export function sluice(cwd: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Finished> {
  const { PATH, HOME } = process.env
  const child = spawn(process.execPath, [join(packageDirectory(), "bin", "sluice.mjs"), ...args], {
    cwd,
    env: { PATH, HOME, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  })
  let [stdout, stderr] = ["", ""]
  child.stdout.on("data", (chunk) => (stdout += String(chunk)))
  child.stderr.on("data", (chunk) => (stderr += String(chunk)))
  return new Promise((resolve, reject) => {
    child.once("error", reject)
    child.once("close", (code) => resolve({ code, stdout, stderr, json: () => JSON.parse(stdout) as unknown }))
  })
}
