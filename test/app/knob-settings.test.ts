import { expect, test } from "vitest"
import { knobText, parseKnobs } from "../../src/app/knob-settings.ts"

test("knobs bear the names of sluice.yaml, and those of the target's row", () => {
  expect(parseKnobs(["batchDuration=100ms", "parallelRanges=4", "lockTimeoutMs=1s", "maxReplicaLag=off"])).toEqual({
    batchDurationMs: 100,
    parallelRanges: 4,
    lockTimeoutMs: 1000,
    maxReplicaLagMs: null,
  })
  expect(
    parseKnobs(["lockBudget=2h", "maxSlotLag=2GB", "maxArchiveLag=512MB", "maxWalRate=1.5MB/s", "probes=off"]),
  ).toEqual({
    lockBudgetMs: 7_200_000,
    maxSlotLagBytes: 2 * 1024 ** 3,
    maxArchiveLagBytes: 512 * 1024 ** 2,
    maxWalBytesPerSecond: 1.5 * 1024 ** 2,
    watchProbes: false,
  })
})

test.each([
  "batchDurtion=1s",
  "batchDuration=fast",
  "batchDuration=off",
  "parallelRanges=0",
  "parallelRanges=1000",
  "lockTimeout=0",
  "maxWalRate=20MB",
  "maxWalRate=0MB/s",
  "maxSlotLag=10",
  "maxSlotLag=10 bananas",
  "probes=maybe",
  "x",
])("%s is refused with a hint", (setting) => {
  expect(() => parseKnobs([setting])).toThrow(
    expect.objectContaining({ code: "BAD_ARGUMENT", finding: expect.objectContaining({ hint: expect.any(String) }) }),
  )
})

test("what was set is told as a person types it", () => {
  const typed = ["batchDuration=100ms", "parallelRanges=4", "maxReplicaLag=off", "maxSlotLag=2GB", "maxWalRate=20MB/s"]
  const knobs = Object.entries(parseKnobs([...typed, "probes=off"]))
  expect(knobs.map(([key, value]) => knobText(key, value))).toEqual([...typed, "probes=off"])
})
