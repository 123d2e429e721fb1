import { createServer, connect, type AddressInfo } from "node:net"
import { parseConnectionUrl } from "../../src/postgres/connection-url.ts"
import { Secret } from "../../src/config/config.ts"

/** What the proxy does to the beginning of a connection, as poolers do. */
export type Meddling = "strips options" | "announces a process id of its own"

/** A server in front of the real one that meddles with the protocol's first messages and passes the rest on. */
export async function startProxy(url: Secret, meddling: Meddling): Promise<{ url: Secret; stop(): void }> {
  const target = parseConnectionUrl(url)
  const server = createServer((client) => {
    const upstream = connect(target.port, target.host)
    let [startup, keys] = [false, false]
    client.on("data", (data) => {
      const first = !startup && data.readInt32BE(4) === 196_608
      startup ||= first
      upstream.write(first && meddling === "strips options" ? withoutOptions(data) : data)
    })
    upstream.on("data", (data) => {
      const at = keys || meddling === "strips options" ? -1 : data.indexOf(Buffer.from([0x4b, 0, 0, 0, 12]))
      if (at >= 0) data.writeInt32BE(1, at + 5)
      keys ||= at >= 0
      client.write(data)
    })
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const)
      one.on("error", () => other.destroy()).on("close", () => other.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as AddressInfo
  const address = new URL(url.reveal())
  address.host = `127.0.0.1:${port}`
  return { url: new Secret(`${address.href}?sslmode=disable`), stop: () => server.close() }
}

/** The startup message: length, version, then names and values, each ended by a zero. */
function withoutOptions(message: Buffer): Buffer {
  const texts = message.subarray(8).toString("utf8").split("\0")
  const at = texts.indexOf("options")
  texts.splice(at, 2)
  const body = Buffer.from(texts.join("\0"))
  const head = Buffer.alloc(8)
  head.writeInt32BE(8 + body.length, 0)
  head.writeInt32BE(196_608, 4)
  return Buffer.concat([head, body])
}
