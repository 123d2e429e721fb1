import { expect } from "vitest"
import type { Comparison, ComparisonOptions } from "../../src/demo/application/comparison.ts"
import type { LiveApplication } from "../../src/demo/application/application.ts"
import type { ApplicationReport } from "../../src/demo/application/measurements.ts"

export { startApplication } from "../../src/demo/application/application.ts"
export type { LiveApplication } from "../../src/demo/application/application.ts"
export { startApplicationProcess } from "../../src/demo/application/process.ts"
export type { Statement, Workload } from "../../src/demo/application/workload.ts"

/** Stops the application and demands that no call failed and no acknowledged write was lost. */
export async function expectUnharmed(
  application: LiveApplication,
  options?: ComparisonOptions,
): Promise<{ readonly report: ApplicationReport; readonly comparison: Comparison }> {
  try {
    const report = await application.stop()
    const comparison = await application.compare(options)
    expect(report.failures).toEqual({})
    expect(comparison.examples).toEqual([])
    expect(comparison.lost).toBe(0)
    expect(report.acknowledged).toBeGreaterThan(0)
    return { report, comparison }
  } finally {
    await application.close()
  }
}
