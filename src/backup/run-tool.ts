import { spawn } from "node:child_process"
import { basename } from "node:path"
import type { Secret } from "../config/config.ts"
import { TransientError } from "../domain/errors.ts"
import { libpqEnvironment } from "../postgres/environment.ts"
import { toolFailure } from "./tool-failure.ts"

export interface ToolCall {
  /** Path of pg_dump or pg_restore. */
  readonly path: string
  /** Never a secret: command lines can be read by everybody on the machine. */
  readonly args: readonly string[]
  /** The database to connect to, handed over in the environment; null: the tool only reads a file. */
  readonly url: Secret | null
  readonly applicationName: string
  readonly signal: AbortSignal
  /** Is a failure, by what was said on stderr, none to us? Default: every failure is one. */
  readonly tolerates?: (stderr: string) => boolean
}

/** How long a tool may take to end by itself after SIGTERM, and its pipes to close after its end, in milliseconds. */
const patienceMs = 5_000
const lastWordsMs = 1_000
const keptOutput = 1024 * 1024 * 64

/** Runs a tool to its end and answers its stdout. On abort it is ended and awaited, and the signal's reason thrown. */
export async function runTool(call: ToolCall): Promise<string> {
  const { path, args, url, applicationName, signal, tolerates = () => false } = call
  signal.throwIfAborted()
  const { PATH, LD_LIBRARY_PATH } = process.env
  const base = url === null ? { PATH, LD_LIBRARY_PATH, LC_ALL: "C" } : libpqEnvironment(url)
  const env = { ...base, PGAPPNAME: applicationName, PGCLIENTENCODING: "UTF8" }
  const child = spawn(path, args, { env, stdio: ["ignore", "pipe", "pipe"] })
  const output = { stdout: "", stderr: "" }
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output.stdout = keep(output.stdout + text)))
  child.stderr.setEncoding("utf8").on("data", (text: string) => (output.stderr = keep(output.stderr + text)))
  let killing: NodeJS.Timeout | undefined
  const stop = (): void => {
    child.kill("SIGTERM")
    killing = setTimeout(() => child.kill("SIGKILL"), patienceMs)
  }
  signal.addEventListener("abort", stop, { once: true })
  try {
    const end = await new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve, reject) => {
      child.once("error", (error) => reject(notStarted(path, error)))
      child.once("close", (code, signal) => resolve({ code, signal }))
      // Processes that it began itself may hold its pipes open.
      child.once("exit", (code, signal) => setTimeout(() => resolve({ code, signal }), lastWordsMs))
    })
    signal.throwIfAborted()
    if (end.code !== 0 && !(end.code !== null && tolerates(output.stderr)))
      throw toolFailure({ tool: basename(path), ...end, stderr: output.stderr })
    return output.stdout
  } finally {
    clearTimeout(killing)
    signal.removeEventListener("abort", stop)
  }
}

function keep(text: string): string {
  return text.slice(-keptOutput)
}

function notStarted(path: string, error: Error): TransientError {
  const reason = "code" in error ? String(error.code) : error.name
  return new TransientError({
    code: "BACKUP_FAILED",
    subject: path,
    message: `${path} couldn't be started (${reason})`,
  })
}
