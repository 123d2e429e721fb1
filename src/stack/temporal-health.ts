import { connect } from "node:http2"

/** The gRPC service whose health stands for the whole server. */
const service = "temporal.api.workflowservice.v1.WorkflowService"

/**
 * Whether a Temporal server at `host:port` says SERVING, by gRPC's standard health check. Spoken by hand, because
 * this room knows nothing of Temporal's SDK and starting its command line takes longer than the server does.
 */
export function isServing(address: string, timeoutMs = 2_000): Promise<boolean> {
  return new Promise((resolve) => {
    const session = connect(`http://${address}`)
    const answer = (serving: boolean): void => {
      clearTimeout(timer)
      session.destroy()
      resolve(serving)
    }
    const timer = setTimeout(() => answer(false), timeoutMs)
    session.once("error", () => answer(false))
    const request = session.request({
      ":method": "POST",
      ":path": "/grpc.health.v1.Health/Check",
      "content-type": "application/grpc",
      te: "trailers",
    })
    const chunks: Buffer[] = []
    request.on("data", (chunk: Buffer) => chunks.push(chunk))
    request.once("error", () => answer(false))
    // The answer is a frame of five bytes and the message {status: SERVING}: field 1, value 1.
    request.once("end", () =>
      answer(
        Buffer.concat(chunks)
          .subarray(5)
          .equals(Buffer.from([0x08, 0x01])),
      ),
    )
    const message = Buffer.concat([Buffer.from([0x0a, service.length]), Buffer.from(service)])
    const length = Buffer.alloc(5)
    length.writeUInt32BE(message.length, 1)
    request.end(Buffer.concat([length, message]))
  })
}
