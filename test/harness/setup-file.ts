import { expect, vi } from "vitest"

// One quiet Temporal runtime per file that runs workflows; without it every worker's life would be narrated among the
// results. The other files don't pay for loading the SDK.
if (expect.getState().testPath?.endsWith(".flow.test.ts") === true) {
  // A run is a dozen activities: on a busy machine that takes its time.
  vi.setConfig({ testTimeout: 180_000 })
  const { DefaultLogger, makeTelemetryFilterString, Runtime } = await import("@temporalio/worker")
  Runtime.install({
    logger: new DefaultLogger("ERROR"),
    shutdownSignals: [],
    // Its native part writes to the terminal by itself: what a test provokes isn't news.
    telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: "ERROR" }) } },
  })
}
