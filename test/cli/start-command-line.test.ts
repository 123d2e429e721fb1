import { execFileSync } from "node:child_process"
import { expect, test } from "vitest"
import { startCommandLine } from "../../src/cli/start-command-line.ts"

const hash = "0123456789abcdef"

test("a plan that was asked for with nothing is started with nothing", () => {
  expect(startCommandLine({ target: "shop", gate: [], role: [] }, hash)).toBe(
    "sluice start --target shop --plan 0123456789ab",
  )
})

test("every option that made the plan comes along, and a shell gives each back as it was typed", () => {
  const typed = {
    config: "my folder/sluice.yaml",
    revision: "0002_more",
    target: "it's",
    strategy: "expand-contract",
    gate: ["contract=manual", "purge=30m"],
    role: ["old=app v1", "new=$(app)"],
  }
  const line = startCommandLine(typed, hash)
  expect(line).toBe(
    "sluice start 0002_more --target 'it'\\''s' --strategy expand-contract --gate contract=manual --gate purge=30m --role 'old=app v1' --role 'new=$(app)' --plan 0123456789ab --config 'my folder/sluice.yaml'",
  )
  const words = execFileSync("sh", ["-c", `printf '%s\\n' ${line}`], { encoding: "utf8" })
  expect(words.split("\n")).toEqual(
    expect.arrayContaining(["it's", "old=app v1", "new=$(app)", "my folder/sluice.yaml"]),
  )
})
