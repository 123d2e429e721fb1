import type { Leashed } from "./leash.ts"
import type { ProcessIdentity } from "./process-identity.ts"

/** One of the stack's programs: it can be ended, killed and started again without the others. */
export interface Component {
  /** Null while it doesn't run. */
  readonly process: ProcessIdentity | null
  /** Starts it again at its old address with its old data. Does nothing while it runs. */
  start(): Promise<void>
  /** Ends it in order. */
  stop(): Promise<void>
  /** SIGKILL, and waits until it is gone. */
  kill(): Promise<void>
}

/** Makes a component of what starts a program; `note` is told each time whether, and as what, it runs. */
export function component<Program extends Leashed>(
  launch: () => Promise<Program>,
  note: (program: Program | null) => void,
): Component {
  let program: Program | null = null
  const forget = (): void => {
    program = null
    note(null)
  }
  return {
    get process() {
      return program?.isRunning() === true ? program.identity : null
    },
    async start() {
      if (program?.isRunning() === true) return
      program = await launch()
      note(program)
    },
    async stop() {
      await program?.stop()
      forget()
    },
    async kill() {
      await program?.kill()
      forget()
    },
  }
}
