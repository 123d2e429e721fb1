import { once } from "node:events"
import { connect, createServer, type Server, type Socket } from "node:net"
import { inject, onTestFinished } from "vitest"
import { Secret } from "../../src/config/config.ts"

/** A way to the test cluster that can be cut and mended. */
export interface UnreliableLink {
  /** The same database, by way of the link. */
  urlOf(url: Secret): Secret
  /** Connections end, and new ones are refused. */
  cut(): Promise<void>
  mend(): Promise<void>
}

export async function openLink(): Promise<UnreliableLink> {
  const { host, port } = inject("postgres")
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(port, host)
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from)
      from.on("error", () => to.destroy())
      from.on("close", () => to.destroy())
      from.pipe(to)
    }
  })
  const ownPort = await listen(server, 0)
  const cut = async (): Promise<void> => {
    const closed = server.listening ? once(server, "close") : null
    server.close()
    for (const socket of sockets) socket.destroy()
    sockets.clear()
    await closed
  }
  onTestFinished(cut)
  return {
    urlOf: (url) => new Secret(url.reveal().replace(`@${host}:${port}/`, `@127.0.0.1:${ownPort}/`)),
    cut,
    mend: async () => void (await listen(server, ownPort)),
  }
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  if (address === null || typeof address === "string") throw new RangeError("no port")
  return address.port
}
