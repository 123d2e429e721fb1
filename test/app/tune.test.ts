import { expect, test } from "vitest"
import { parseKnobs } from "../../src/app/tune.ts"

test("knobs bear the names of sluice.yaml, and those of the target's row", () => {
  expect(parseKnobs(["batchDuration=100ms", "parallelRanges=4", "lockTimeoutMs=1s", "maxReplicaLag=off"])).toEqual({
    batchDurationMs: 100,
    parallelRanges: 4,
    lockTimeoutMs: 1000,
    maxReplicaLagMs: null,
  })
})

test.each(["batchDurtion=1s", "batchDuration=fast", "parallelRanges=0", "parallelRanges=1000", "lockTimeout=0", "x"])(
  "%s is refused with a hint",
  (setting) => {
    expect(() => parseKnobs([setting])).toThrow(
      expect.objectContaining({ code: "BAD_ARGUMENT", finding: expect.objectContaining({ hint: expect.any(String) }) }),
    )
  },
)
