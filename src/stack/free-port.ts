import { createServer } from "node:net"
import { RefusedError } from "../domain/errors.ts"

/**
 * Below the range from which systems take the local ports of outgoing connections (32768 on Linux, 49152 elsewhere).
 * A port from that range could be taken while a server restarts; and a client that tries to reach it meanwhile can even
 * be given it as its own and so connect to itself.
 */
const lowest = 20_000
const highest = 32_000

/** A free TCP port of 127.0.0.1: the preferred one if nobody has it. `besides` are ports already promised. */
export async function freePort(preferred: number | null = null, besides: readonly number[] = []): Promise<number> {
  if (preferred !== null && !besides.includes(preferred) && (await isFree(preferred))) return preferred
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest))
    if (!besides.includes(port) && (await isFree(port))) return port
  }
  throw new RefusedError({
    code: "STACK_NO_FREE_PORT",
    subject: "127.0.0.1",
    message: `no free port was found between ${lowest} and ${highest}`,
    hint: "See which programs listen there (ss -ltnp) and end those that are not needed.",
  })
}

/** Whether 127.0.0.1 lets us listen on this port. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once("error", () => resolve(false))
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve(true)))
  })
}
