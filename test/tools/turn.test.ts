import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"

const turn = new URL("../../tools/setup/turn.mjs", import.meta.url).href

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sluice-turn-"))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** Another set-up, in a process of its own: writes down when its turn begins and ends. */
async function setUpElsewhere(): Promise<void> {
  const script = `
    const { takeTurn } = await import(${JSON.stringify(turn)})
    const { appendFileSync } = await import("node:fs")
    await takeTurn(process.argv[1] + "/lock", async () => {
      appendFileSync(process.argv[1] + "/log", "begin\\n")
      await new Promise((resolve) => setTimeout(resolve, 50))
      appendFileSync(process.argv[1] + "/log", "end\\n")
    })`
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script, folder], { stdio: "ignore" })
  expect(await once(child, "exit")).toEqual([0, null])
}

test("set-ups at the same time do their work one after the other", async () => {
  await Promise.all([setUpElsewhere(), setUpElsewhere(), setUpElsewhere()])
  expect(readFileSync(join(folder, "log"), "utf8")).toBe("begin\nend\n".repeat(3))
})

test("the turn of a set-up that was killed passes on", async () => {
  const child = spawn(process.execPath, ["--eval", ""])
  await once(child, "exit")
  writeFileSync(join(folder, "lock"), String(child.pid))
  await setUpElsewhere()
  expect(readFileSync(join(folder, "log"), "utf8")).toBe("begin\nend\n")
})

test("a turn without a sign of life passes on, even where its number belongs to another process by now", async () => {
  const lock = join(folder, "lock")
  writeFileSync(lock, String(process.pid))
  const longAgo = new Date(Date.now() - 60_000)
  utimesSync(lock, longAgo, longAgo)
  await setUpElsewhere()
  expect(readFileSync(join(folder, "log"), "utf8")).toBe("begin\nend\n")
})
