/**
 * Two pieces of work at the same time under one signal: where one fails the other is told to stop, awaited, and the
 * failure that came first is thrown. `Promise.all` would leave the other running.
 */
export async function both<A, B>(
  signal: AbortSignal,
  first: (signal: AbortSignal) => Promise<A>,
  second: (signal: AbortSignal) => Promise<B>,
): Promise<readonly [A, B]> {
  const failing = new AbortController()
  const shared = AbortSignal.any([signal, failing.signal])
  const stopOther = (error: unknown): never => {
    failing.abort(error)
    throw error
  }
  const [a, b] = await Promise.allSettled([first(shared).catch(stopOther), second(shared).catch(stopOther)])
  if (a.status === "fulfilled" && b.status === "fulfilled") return [a.value, b.value]
  signal.throwIfAborted()
  throw failing.signal.reason
}
