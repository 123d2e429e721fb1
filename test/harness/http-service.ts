import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"

/** An application's health page whose answer a test decides. */
export class HttpService {
  readonly url: string
  readonly #server: Server
  #status = 200
  #asked = 0

  private constructor(server: Server) {
    this.#server = server
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/health`
    server.on("request", (_request, response) => {
      this.#asked += 1
      // 0: never answers.
      if (this.#status > 0) response.writeHead(this.#status).end()
    })
  }

  static async start(): Promise<HttpService> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    return new HttpService(server)
  }

  get asked(): number {
    return this.#asked
  }

  answers(status: number): void {
    this.#status = status
  }

  /** Leaves every request without an answer. */
  hangs(): void {
    this.#status = 0
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
