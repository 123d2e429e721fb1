import { expect } from "vitest"

// One quiet Temporal runtime per file that runs workflows; without it every worker's life would be narrated among the
// results. The other files don't pay for loading the SDK.
if (expect.getState().testPath?.endsWith(".flow.test.ts") === true) {
  const { DefaultLogger, Runtime } = await import("@temporalio/worker")
  Runtime.install({ logger: new DefaultLogger("ERROR"), shutdownSignals: [] })
}
