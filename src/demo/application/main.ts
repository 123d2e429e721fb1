import { Secret } from "../../config/config.ts"
import { startApplication } from "./application.ts"
import type { LiveApplication } from "./application.ts"
import type { Request, Response } from "./protocol.ts"

/*
 * The application as a process of its own. It does what its parent asks over the channel, and ends when the parent is
 * gone.
 */
let application: LiveApplication | null = null

process.on("disconnect", () => process.exit(0))
// Ctrl-C on the terminal is meant for the parent, which stops us in order.
process.on("SIGINT", () => {})
process.on("message", (request: Request) => {
  answer(request).then(
    (result) => reply({ id: request.id, answer: result }),
    (error: unknown) => reply({ id: request.id, error: error instanceof Error ? error.message : String(error) }),
  )
})

function reply(response: Response): void {
  process.send?.(response)
}

async function answer(request: Request): Promise<Extract<Response, { answer: unknown }>["answer"]> {
  if (isCall(request, "start")) {
    const { name, url, workload } = request.argument
    application = startApplication({ name, url: new Secret(url), workload })
    return null
  }
  if (application === null) throw new Error("the application has not been started")
  if (isCall(request, "use")) {
    await application.use(request.argument)
    return null
  }
  if (isCall(request, "makes")) return application.makes(request.argument)
  if (isCall(request, "stop")) return application.stop()
  if (isCall(request, "compare")) {
    const { url, ...rest } = request.argument
    return application.compare({ ...rest, ...(url !== undefined && { url: new Secret(url) }) })
  }
  return application.report()
}

function isCall<Name extends Request["call"]>(request: Request, name: Name): request is Request<Name> {
  return request.call === name
}
