import { OpenLoop } from "./open-loop.ts"
import type { Command } from "./protocol.ts"

/* The load as a process of its own, so that neither tool's work is done in it. It ends when its parent is gone. */
let loop: OpenLoop | null = null
process.on("disconnect", () => process.exit(0))
// Ctrl-C is meant for the parent, which stops us in order.
process.on("SIGINT", () => {})
process.on("message", (command: Command) => {
  carryOut(command).then(
    (answer) => process.send?.({ answer }),
    (error: unknown) => process.send?.({ error: error instanceof Error ? error.message : String(error) }),
  )
})

async function carryOut(command: Command): Promise<unknown> {
  if (command.do === "connect") {
    loop = await OpenLoop.connect(command.url, command.connections, command.rows)
    return null
  }
  if (!loop) throw new Error("not connected")
  if (command.do === "mark") return loop.mark()
  if (command.do === "load") loop.load(command.rate)
  else if (command.do === "deploy") loop.deploy(command.version)
  else await loop.stop()
  return null
}
