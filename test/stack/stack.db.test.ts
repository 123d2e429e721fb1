import { spawn } from "node:child_process"
import type { ChildProcess } from "node:child_process"
import { once } from "node:events"
import { readdirSync, readFileSync } from "node:fs"
import { chmod, mkdtemp, rm, stat } from "node:fs/promises"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { Client } from "pg"
import { afterEach, beforeEach, expect, test } from "vitest"
import type { Secret } from "../../src/config/config.ts"
import { isAlive, send } from "../../src/stack/process-identity.ts"
import { startStack } from "../../src/stack/start.ts"
import { readState } from "../../src/stack/state.ts"
import type { StackState } from "../../src/stack/state.ts"
import { stackStatus } from "../../src/stack/status.ts"
import { resetStack, stopStack } from "../../src/stack/stop.ts"
import { isServing } from "../../src/stack/temporal-health.ts"
import { waitUntil } from "../../src/stack/wait-until.ts"

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "sluice-stack-"))
  await chmod(directory, 0o755)
})
afterEach(async () => {
  await resetStack(directory)
  await rm(directory, { recursive: true, force: true })
})

test("a stack starts, stops without a trace and goes on with the same data at the same addresses", async () => {
  const first = await startStack({ directory })
  expect(stackStatus(directory)).toMatchObject({
    running: true,
    ownerPid: process.pid,
    parts: ["PostgreSQL", "Temporal"],
  })
  expect(await isServing(first.addresses.temporal.address)).toBe(true)
  expect(await ask(first.addresses.controlUrl, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user")).toBe("f")
  expect(await ask(first.addresses.targetUrl, "SELECT current_setting('data_checksums')")).toBe("on")
  // Where the installation has the library, the contract gate can look at what applications run.
  const counts = "current_setting('shared_preload_libraries') = 'pg_stat_statements'"
  const isThere = "EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_stat_statements')"
  expect(await ask(first.addresses.targetUrl, `SELECT (${counts}) = ${isThere}`)).toBe("t")
  await ask(first.addresses.targetUrl, "CREATE TABLE kept AS SELECT 42 AS answer")
  expect((await stat(join(directory, ".sluice", "stack.json"))).mode & 0o077).toBe(0)
  const processes = processesOf(readState(directory))
  await first.stop()
  expect(processes.filter(isAlive)).toEqual([])
  expect(stackStatus(directory)).toMatchObject({ running: false, ownerPid: null, parts: [] })

  const second = await startStack({ directory })
  expect(revealed(second.addresses)).toEqual(revealed(first.addresses))
  expect(await ask(second.addresses.targetUrl, "SELECT answer FROM kept")).toBe("42")
  await second.stop()
})

test("what listens on the last port by now is left alone; the stack takes another one", async () => {
  const first = await startStack({ directory })
  await first.stop()
  const port = readState(directory)?.postgres.port ?? 0
  const other = createServer().listen(port, "127.0.0.1")
  await once(other, "listening")
  const second = await startStack({ directory })
  expect(readState(directory)?.postgres.port).not.toBe(port)
  expect(await ask(second.addresses.controlUrl, "SELECT 1")).toBe("1")
  await second.stop()
  other.close()
})

test("PostgreSQL and Temporal come back after SIGKILL at their old addresses", async () => {
  const stack = await startStack({ directory })
  await ask(stack.addresses.targetUrl, "CREATE TABLE kept AS SELECT 42 AS answer")
  await Promise.all([stack.postgres.kill(), stack.temporal.kill()])
  expect(stackStatus(directory)).toMatchObject({ running: false, parts: [] })
  await Promise.all([stack.postgres.start(), stack.temporal.start()])
  expect(await ask(stack.addresses.targetUrl, "SELECT answer FROM kept")).toBe("42")
  expect(await isServing(stack.addresses.temporal.address)).toBe(true)
  await stack.stop()
})

test("a supervised stack starts again what dies, at its old addresses, and tells what is dead meanwhile", async () => {
  const said: string[] = []
  const stack = await startStack({ directory, supervise: true, say: (line) => said.push(line), worker: () => idle })
  await ask(stack.addresses.targetUrl, "CREATE TABLE kept AS SELECT 42 AS answer")
  const before = processesOf(readState(directory))
  for (const each of before) send(each, "SIGKILL")
  expect(await waitUntil(() => stackStatus(directory).dead.length === 3, { timeoutMs: 5_000, everyMs: 5 })).toBe(true)
  expect(stackStatus(directory)).toMatchObject({
    dead: ["PostgreSQL", "Temporal", "worker"],
    parts: [],
    supervised: true,
  })
  expect(await waitUntil(() => stackStatus(directory).parts.length === 3, { timeoutMs: 45_000 })).toBe(true)
  expect(stackStatus(directory)).toMatchObject({ running: true, dead: [], givenUp: [] })
  expect(processesOf(readState(directory))).not.toEqual(before)
  expect(await ask(stack.addresses.targetUrl, "SELECT answer FROM kept")).toBe("42")
  expect(await isServing(stack.addresses.temporal.address)).toBe(true)
  expect(said.filter((line) => line.endsWith("runs again."))).toHaveLength(3)
  await stack.stop()
  expect(stackStatus(directory)).toMatchObject({ parts: [], dead: [], supervised: false })
})

test("a worker is part of the stack: it gets the addresses, is killed and started again", async () => {
  const stack = await startStack({
    directory,
    worker: ({ temporal }) => ({
      command: process.execPath,
      args: ["-e", "console.log('works for ' + process.env.TEMPORAL_ADDRESS); setInterval(() => {}, 1e6)"],
      env: { TEMPORAL_ADDRESS: temporal.address },
    }),
  })
  const first = stack.worker?.process
  await stack.worker?.kill()
  expect(stack.worker?.process).toBeNull()
  await stack.worker?.start()
  expect(stack.worker?.process?.pid).not.toBe(first?.pid)
  expect(stackStatus(directory).parts).toEqual(["PostgreSQL", "Temporal", "worker"])
  await stack.stop()
})

test("nothing outlives an owner that was killed, and the next start finds everything as it was", async () => {
  const owner = await holdElsewhere()
  const state = readState(directory)
  await ask(targetOf(directory), "CREATE TABLE kept AS SELECT 42 AS answer")
  await expect(startStack({ directory })).rejects.toMatchObject({ code: "STACK_RUNNING" })
  owner.kill("SIGKILL")
  expect(await waitUntil(() => processesOf(state).every((each) => !isAlive(each)), { timeoutMs: 20_000 })).toBe(true)
  const next = await startStack({ directory })
  expect(await ask(next.addresses.targetUrl, "SELECT answer FROM kept")).toBe("42")
  await next.stop()
})

test("a server whose leash was cut is found by the next start and ended", async () => {
  const owner = await holdElsewhere()
  const state = readState(directory)
  // The watchers are stopped, so that they can't act when their owner is killed.
  const watchers = watchersOf(state)
  for (const pid of watchers) process.kill(pid, "SIGKILL")
  owner.kill("SIGKILL")
  await once(owner, "exit")
  expect(processesOf(state).every(isAlive)).toBe(true)
  const next = await startStack({ directory })
  expect(processesOf(state).filter(isAlive)).toEqual([])
  await next.stop()
})

test.each(["SIGINT", "SIGTERM"] as const)("%s ends the owner in order and leaves nothing running", async (signal) => {
  const owner = await holdElsewhere()
  const processes = processesOf(readState(directory))
  owner.kill(signal)
  expect(await once(owner, "exit")).toEqual([0, null])
  expect(processes.filter(isAlive)).toEqual([])
})

test("a stack that another process holds can be stopped from here", async () => {
  const owner = await holdElsewhere()
  const ended = once(owner, "exit")
  expect(await stopStack(directory)).toEqual(["PostgreSQL", "Temporal"])
  expect(await ended).toEqual([0, null])
  expect(await stopStack(directory)).toEqual([])
})

test("in a folder that the user postgres can't enter, the data lies where it can; reset finds it there", async () => {
  await chmod(directory, 0o700)
  const stack = await startStack({ directory })
  // Who isn't root runs PostgreSQL as itself and needs no other place.
  const expected = process.getuid?.() === 0 ? "/var/tmp/sluice-" : directory
  expect(stack.dataDirectory.startsWith(expected)).toBe(true)
  await stack.stop()
  await resetStack(directory)
  await expect(stat(stack.dataDirectory)).rejects.toThrow("ENOENT")
  expect(stackStatus(directory).addresses).toBeNull()
})

test("a number that belongs to another process by now is never signalled", () => {
  const self = { pid: process.pid, startedAt: "another boot" }
  expect(isAlive(self)).toBe(false)
  expect(send(self, "SIGKILL")).toBe(false)
})

/** A worker that does nothing. */
const idle = { command: process.execPath, args: ["-e", "setInterval(() => {}, 1e6)"], env: {} }

async function holdElsewhere(): Promise<ChildProcess> {
  const script = fileURLToPath(new URL("hold-stack.mjs", import.meta.url))
  const child = spawn(process.execPath, [script, directory], { stdio: ["ignore", "pipe", "inherit"] })
  const ended = once(child, "exit").then(() => ["ended"])
  const [line] = await Promise.race([once(createInterface(child.stdout), "line"), ended])
  expect(line).toBe("up")
  return child
}

function processesOf(state: StackState | null): { pid: number; startedAt: string }[] {
  const all = [state?.postgres.process, state?.temporal.process, state?.worker.process]
  return all.filter((each) => each !== null && each !== undefined)
}

/** The watchers: processes in the servers' process groups that aren't the servers' own. */
function watchersOf(state: StackState | null): number[] {
  const groups = processesOf(state).map((each) => String(each.pid))
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && !groups.includes(name))
    .filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
        const group = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[2] ?? ""
        return /\((sh|cat|dash|bash)\)/.test(stat) && groups.includes(group)
      } catch {
        return false
      }
    })
    .map(Number)
}

function targetOf(folder: string): Secret {
  const addresses = stackStatus(folder).addresses
  if (addresses === null) throw new Error("no addresses")
  return addresses.targetUrl
}

function revealed(addresses: { controlUrl: Secret; targetUrl: Secret; temporal: unknown }): unknown[] {
  return [addresses.controlUrl.reveal(), addresses.targetUrl.reveal(), addresses.temporal]
}

async function ask(url: Secret, query: string): Promise<string | null> {
  const client = new Client({ connectionString: url.reveal(), types: { getTypeParser: () => String } })
  client.on("error", () => {})
  await client.connect()
  try {
    const { rows } = await client.query<Record<string, string>>(query)
    return Object.values(rows[0] ?? {})[0] ?? null
  } finally {
    await client.end()
  }
}
