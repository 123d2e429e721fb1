import { mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, expect, test } from "vitest"
import { component, type Component } from "../../src/stack/component.ts"
import { startOnLeash } from "../../src/stack/leash.ts"
import { send } from "../../src/stack/process-identity.ts"
import { supervise, type Supervisor, type SupervisorOptions } from "../../src/stack/supervisor.ts"
import { waitUntil } from "../../src/stack/wait-until.ts"

const logFile = join(mkdtempSync(join(tmpdir(), "sluice-supervisor-")), "log")
const running: Component[] = []
let supervisor: Supervisor | null = null
afterEach(async () => {
  await supervisor?.stop()
  supervisor = null
  for (const each of running.splice(0)) await each.kill()
})

test("what dies by itself is started again", async () => {
  const part = await started("exec sleep 1000")
  watch({ part })
  expect(await isBackAfter(part)).toBe(true)
})

test("what was dead before anybody looked is started again as well", async () => {
  const part = await started("exec sleep 1000")
  die(part)
  await waitUntil(() => part.diedOf !== null, { timeoutMs: 10_000 })
  watch({ part })
  expect(await waitUntil(() => part.process !== null, { timeoutMs: 10_000 })).toBe(true)
})

test("what is killed or stopped on purpose is left alone, and kept running once it is started on purpose", async () => {
  const [killed, stopped, other] = [
    await started("exec sleep 1000"),
    await started("exec sleep 1000"),
    await started("exec sleep 1000"),
  ]
  watch({ killed, stopped, other })
  await Promise.all([killed.kill(), stopped.stop()])
  // By the time at which the third is there again the two would be, too: they come before it.
  expect(await isBackAfter(other)).toBe(true)
  expect([killed.process, stopped.process]).toEqual([null, null])
  await killed.start()
  expect(await isBackAfter(killed)).toBe(true)
})

test("what dies again and again is given up with a word; the others are still kept running", async () => {
  const [short, other] = [await started("sleep 0.2; exit 7"), await started("exec sleep 1000")]
  const { said, givenUp } = watch({ short, other })
  expect(await waitUntil(() => givenUp.length > 0, { timeoutMs: 10_000 })).toBe(true)
  expect(givenUp).toEqual([["short"]])
  expect(said.filter((line) => line.startsWith("short has died (7); it is started again"))).toHaveLength(3)
  expect(said.find((line) => line.includes("left dead"))).toContain(
    `4 times in a row and is left dead. Its log is ${logFile}`,
  )
  expect(await isBackAfter(other)).toBe(true)
})

test("deaths far apart are no deaths in a row", async () => {
  const short = await started("sleep 0.2; exit 7")
  const { said, givenUp } = watch({ short }, { steadyMs: 0 })
  expect(
    await waitUntil(() => said.filter((line) => line.includes("has died")).length > 6, { timeoutMs: 20_000 }),
  ).toBe(true)
  expect(givenUp).toEqual([])
})

test("what can't be started is said, tried again, and given up", async () => {
  let starts = 0
  const part = track(
    component(
      async () => {
        if (starts++ > 0) throw new Error("no room")
        return program("sleep 0.2; exit 7")
      },
      { note: () => {}, died: () => supervisor?.look() },
    ),
  )
  await part.start()
  const { said, givenUp } = watch({ part })
  expect(await waitUntil(() => givenUp.length > 0, { timeoutMs: 10_000 })).toBe(true)
  expect(said.filter((line) => line === "part could not be started again: no room")).toHaveLength(3)
})

test("a supervisor that was stopped starts nothing any more", async () => {
  const part = await started("exec sleep 1000")
  const { said } = watch({ part }, { delaysMs: [60_000] })
  die(part)
  await waitUntil(() => said.length > 0, { timeoutMs: 10_000 })
  await supervisor?.stop()
  expect([part.process, said.length]).toEqual([null, 1])
})

function watch(parts: Readonly<Record<string, Component>>, options: Partial<SupervisorOptions> = {}) {
  const said: string[] = []
  const givenUp: (readonly string[])[] = []
  supervisor = supervise({
    parts: Object.entries(parts).map(([name, component]) => ({ name, component, logFile })),
    say: (line) => said.push(line),
    gaveUp: (names) => givenUp.push(names),
    delaysMs: [0, 0, 0],
    ...options,
  })
  return { said, givenUp }
}

/** Lets it die, and waits for its next process. */
async function isBackAfter(part: Component): Promise<boolean | null> {
  const before = part.process
  die(part)
  return waitUntil(() => part.process !== null && part.process.pid !== before?.pid, { timeoutMs: 10_000 })
}

function die(part: Component): void {
  if (part.process !== null) send(part.process, "SIGKILL")
}

async function started(script: string): Promise<Component> {
  const part = track(component(async () => program(script), { note: () => {}, died: () => supervisor?.look() }))
  await part.start()
  return part
}

function track(part: Component): Component {
  running.push(part)
  return part
}

function program(script: string) {
  return startOnLeash({ command: "/bin/sh", args: ["-c", script], logFile })
}
