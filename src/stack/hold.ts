import type { RunningStack } from "./start.ts"

/**
 * Waits for Ctrl-C, SIGTERM or a closed terminal, then ends the stack in order. A second signal ends this process at
 * once; the leashes then end the rest.
 */
export async function holdUntilSignal(stack: RunningStack): Promise<NodeJS.Signals> {
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const
  let timer: NodeJS.Timeout | undefined
  const signal = await new Promise<NodeJS.Signals>((resolve) => {
    // The programs don't keep this process alive, this does.
    timer = setInterval(() => {}, 60_000)
    for (const name of signals) process.once(name, () => resolve(name))
  })
  clearInterval(timer)
  const hurry = (): never => process.exit(130)
  for (const name of signals) process.on(name, hurry)
  await stack.stop()
  for (const name of signals) process.off(name, hurry)
  return signal
}
