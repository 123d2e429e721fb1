import { spawn } from "node:child_process"
import type { ChildProcess } from "node:child_process"
import { closeSync, openSync } from "node:fs"
import { BugError } from "../domain/errors.ts"
import { endProcess, identify, send } from "./process-identity.ts"
import type { ProcessIdentity } from "./process-identity.ts"

/** What to run on a leash. */
export interface LeashOptions {
  readonly command: string
  readonly args: readonly string[]
  readonly env?: NodeJS.ProcessEnv
  readonly cwd?: string
  /** Another user to run as; only root may. */
  readonly user?: { readonly uid: number; readonly gid: number }
  /** The signal by which this program ends in order (PostgreSQL's fast shutdown is SIGINT). Default SIGTERM. */
  readonly stopSignal?: "SIGTERM" | "SIGINT"
  /** How long it may take to end in order before SIGKILL. Default 10 s. */
  readonly graceMs?: number
  /** Both outputs are appended to this file. */
  readonly logFile: string
}

/** A running program that ends with the process that started it, however that one ends. */
export interface Leashed {
  readonly identity: ProcessIdentity
  /** Resolves when the program has ended, with its exit code or the signal's name. */
  readonly ended: Promise<number | NodeJS.Signals>
  /** False once it has ended. */
  isRunning(): boolean
  /** Ends it in order and waits. */
  stop(): Promise<void>
  /** Sends SIGKILL and waits: for tests of what survives it. */
  kill(): Promise<void>
}

/*
 * The shell becomes the program (`exec`), so that the pid is the program's own. Before that it leaves behind a watcher
 * that reads from a pipe whose other end only we hold: when we are gone, for whatever reason, the read ends and the
 * watcher ends the program. The watcher is orphaned at once (the inner parentheses), because PostgreSQL would take
 * the death of an unknown child for a crash. $0 is the signal, $1 the grace in seconds.
 */
const script = `exec 3<&0
program=$$ signal=$0 grace=$1
shift
( (
  trap '' TERM INT HUP
  cat <&3 >/dev/null
  kill -s "$signal" "$program" 2>/dev/null || exit 0
  tenths=$((grace * 10))
  while [ "$tenths" -gt 0 ] && kill -s 0 "$program" 2>/dev/null; do sleep 0.1; tenths=$((tenths - 1)); done
  [ "$tenths" -gt 0 ] || kill -s KILL "$program" 2>/dev/null
) >/dev/null 2>&1 & )
exec "$@" </dev/null 3<&-`

/** Starts a program that can't outlive this process. It has a process group of its own, so Ctrl-C doesn't reach it. */
export function startOnLeash(options: LeashOptions): Leashed {
  const { stopSignal = "SIGTERM", graceMs = 10_000 } = options
  const log = openSync(options.logFile, "a")
  const child = spawn(
    "/bin/sh",
    ["-c", script, stopSignal.slice(3), String(Math.ceil(graceMs / 1000)), options.command, ...options.args],
    {
      stdio: ["pipe", log, log],
      detached: true,
      cwd: options.cwd ?? "/",
      ...(options.env && { env: options.env }),
      ...(options.user && { uid: options.user.uid, gid: options.user.gid }),
    },
  )
  closeSync(log)
  const ended = endOf(child)
  const identity = child.pid === undefined ? null : identify(child.pid)
  if (identity === null) {
    throw new BugError({ code: "BUG", subject: options.command, message: `${options.command} could not be started` })
  }
  // A running program must not keep us alive: the leash ends it when we go.
  child.unref()
  return {
    identity,
    ended,
    isRunning: () => child.exitCode === null && child.signalCode === null,
    async stop() {
      child.ref() // whoever waits for the end is kept alive until it came
      if (child.exitCode === null && child.signalCode === null)
        await endProcess(identity, { signal: stopSignal, graceMs })
      await ended
    },
    async kill() {
      child.ref()
      send(identity, "SIGKILL")
      await ended
    },
  }
}

function endOf(child: ChildProcess): Promise<number | NodeJS.Signals> {
  return new Promise((resolve) => {
    const end = (result: number | NodeJS.Signals): void => {
      // Lets the watcher go at once, while the number can't belong to anybody else yet.
      child.stdin?.destroy()
      resolve(result)
    }
    child.stdin?.on("error", () => {})
    child.once("error", () => end(127))
    child.once("exit", (code, signal) => end(code ?? signal ?? 1))
  })
}
