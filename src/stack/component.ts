import type { Leashed } from "./leash.ts"
import type { ProcessIdentity } from "./process-identity.ts"

/** One of the stack's programs: it can be ended, killed and started again without the others. */
export interface Component {
  /** Null while it doesn't run. */
  readonly process: ProcessIdentity | null
  /** The exit code or signal with which its program ended without `stop` or `kill`; null once it is started again. */
  readonly diedOf: number | NodeJS.Signals | null
  /** Starts it again at its old address with its old data. Does nothing while it runs. */
  start(): Promise<void>
  /** Ends it in order. */
  stop(): Promise<void>
  /** SIGKILL, and waits until it is gone. */
  kill(): Promise<void>
}

/** Whom a component tells of its program. */
export interface ComponentListener<Program> {
  /** Each time whether, and as what, it runs. Not told of a death, so that what is known of the dead stays known. */
  readonly note: (program: Program | null) => void
  /** It ended without `stop` or `kill`. */
  readonly died: () => void
}

/** Makes a component of what starts a program. */
export function component<Program extends Leashed>(
  launch: () => Promise<Program>,
  { note, died }: ComponentListener<Program>,
): Component {
  let program: Program | null = null
  let diedOf: Component["diedOf"] = null
  const end = async (how: (program: Program) => Promise<void>): Promise<void> => {
    const ending = program
    program = null // from here on its end is no death
    if (ending !== null) await how(ending)
    diedOf = null
    note(null)
  }
  return {
    get process() {
      return program?.isRunning() === true ? program.identity : null
    },
    get diedOf() {
      return diedOf
    },
    async start() {
      if (program?.isRunning() === true) return
      const started = await launch()
      ;[program, diedOf] = [started, null]
      note(program)
      void started.ended.then((how) => {
        if (program !== started) return
        diedOf = how
        died()
      })
    },
    stop: () => end((program) => program.stop()),
    kill: () => end((program) => program.kill()),
  }
}
