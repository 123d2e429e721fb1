import { spawn } from "node:child_process"

/**
 * Runs a program and answers `{code, output}`. Its output is kept and only shown when it fails, unless `show`. A
 * program that can't be started answers code null.
 */
export function runCommand(command, args, { cwd, env, show = false, timeoutMs } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env: env ?? process.env,
      stdio: ["ignore", show ? 2 : "pipe", show ? 2 : "pipe"],
      ...(timeoutMs && { timeout: timeoutMs }),
    })
    let output = ""
    child.stdout?.on("data", (chunk) => (output += chunk))
    child.stderr?.on("data", (chunk) => (output += chunk))
    child.once("error", (error) => resolve({ code: null, output: error.message }))
    child.once("close", (code) => resolve({ code: code ?? 1, output }))
  })
}

/** The last lines of a program's output, for a message. */
export function tail(output, lines = 15) {
  return output.trimEnd().split("\n").slice(-lines).join("\n")
}
