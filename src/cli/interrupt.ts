/** A signal that is aborted by Ctrl-C or SIGTERM. A second Ctrl-C ends the process as it always would. */
export function untilInterrupted(): AbortSignal {
  const controller = new AbortController()
  const stop = (): void => controller.abort()
  process.once("SIGINT", stop)
  process.once("SIGTERM", stop)
  return controller.signal
}
