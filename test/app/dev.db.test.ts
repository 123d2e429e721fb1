import { spawn } from "node:child_process"
import { once } from "node:events"
import { chmodSync, writeFileSync } from "node:fs"
import { chmod } from "node:fs/promises"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { afterEach, beforeEach, expect, test } from "vitest"
import { send } from "../../src/stack/process-identity.ts"
import { readState } from "../../src/stack/state.ts"
import { stackStatus } from "../../src/stack/status.ts"
import { resetStack } from "../../src/stack/stop.ts"
import { findToolchain } from "../../src/stack/toolchain.ts"
import { waitUntil } from "../../src/stack/wait-until.ts"
import { sluice } from "../cli/sluice.ts"
import { runAt } from "../harness/database.ts"
import { folderWith } from "../config/folder.ts"

let directory: string
beforeEach(async () => {
  directory = folderWith({})
  await chmod(directory, 0o755)
})
afterEach(() => resetStack(directory))

test("what dies in the background is started again; --detach waits for it and leaves the rest alone", async () => {
  const first = await dev("--detach")
  expect(first).toMatchObject({ running: true, parts: ["PostgreSQL", "Temporal"], dead: [] })
  const before = readState(directory)
  killTemporal()
  expect(await dev("--detach")).toMatchObject({ running: true, dead: [], ownerPid: first["ownerPid"] })
  const after = readState(directory)
  expect(after?.postgres.process).toEqual(before?.postgres.process)
  expect(after?.temporal.process).not.toEqual(before?.temporal.process)
  expect(after?.temporal.port).toBe(before?.temporal.port)
}, 120_000)

test("--status names what is given up, and --detach makes the stack whole again", async () => {
  const temporal = brokenOnDemand()
  const first = await dev("--detach")
  temporal.break()
  killTemporal()
  expect(await waitUntil(() => stackStatus(directory).givenUp.length > 0, { timeoutMs: 60_000 })).toBe(true)
  // A script can tell that it isn't whole.
  expect(await dev("--status", 1)).toMatchObject({ running: false, dead: ["Temporal"], givenUp: ["Temporal"] })
  const told = await sluice(directory, ["dev", "--status"])
  expect(told.stdout).toContain(`is not whole (process ${String(first["ownerPid"])}): Temporal died.`)
  expect(told.stdout).toContain("no longer started again")
  temporal.mend()
  const second = await dev("--detach")
  expect(second).toMatchObject({ running: true, parts: ["PostgreSQL", "Temporal"], dead: [], givenUp: [] })
  expect(second["ownerPid"]).not.toBe(first["ownerPid"])
}, 180_000)

test("a half-dead stack that nobody supervises is ended and started anew by --detach", async () => {
  const script = fileURLToPath(new URL("../stack/hold-stack.mjs", import.meta.url))
  const owner = spawn(process.execPath, [script, directory], { stdio: ["ignore", "pipe", "inherit"] })
  const ended = once(owner, "exit")
  await Promise.race([once(createInterface(owner.stdout), "line"), ended])
  killTemporal()
  expect(await waitUntil(() => stackStatus(directory).dead.length > 0, { timeoutMs: 10_000 })).toBe(true)
  const whole = await dev("--detach")
  expect(whole).toMatchObject({ running: true, dead: [], supervised: true })
  expect(whole["ownerPid"]).not.toBe(owner.pid)
  expect(await ended).toEqual([0, null])
}, 120_000)

test("--reset is refused while only this stack knows how to end a run, stopped or not, unless it is forced", async () => {
  await dev("--detach")
  const { addresses } = stackStatus(directory)
  if (!addresses) throw new Error("no addresses")
  await runAt(
    addresses.controlUrl,
    `INSERT INTO sluice_control.plan (hash, target, body) VALUES ('h', 'shop', '{}');
     INSERT INTO sluice_control.run (run, target, plan_hash, number, workflow_id, strategy, revisions, started_by, state, phase)
     VALUES ('shop-h-1', 'shop', 'h', 1, 'w', 'expand-contract', '[]', 'ann', 'waiting', 'dual-write')`,
  )
  const refused = await sluice(directory, ["dev", "--reset", "--yes"])
  expect([refused.code, refused.stderr]).toEqual([3, expect.stringContaining("shop-h-1 (waiting, in target shop)")])
  expect(stackStatus(directory).running).toBe(true)
  expect(await dev("--stop")).toMatchObject({ resting: ["shop-h-1"] })
  expect((await sluice(directory, ["dev", "--reset", "--yes"])).code).toBe(3)
  expect((await sluice(directory, ["dev", "--reset", "--yes", "--force"])).code).toBe(0)
  expect(stackStatus(directory).dataDirectory).toBe(null)
}, 180_000)

async function dev(flag: string, code = 0): Promise<Record<string, unknown>> {
  const finished = await sluice(directory, ["dev", flag, "--json"], { SLUICE_TEMPORAL_CLI: temporalCli })
  if (finished.code !== code) throw new Error(finished.stdout + finished.stderr)
  return finished.json() as Record<string, unknown>
}

let temporalCli = findToolchain().temporalCli

/** Puts a script in the place of Temporal's command line that can be made to fail. */
function brokenOnDemand() {
  const { temporalCli: real } = findToolchain()
  const script = join(directory, "temporal")
  const write = (line: string): void => writeFileSync(script, `#!/bin/sh\n${line}\n`)
  const mend = (): void => write(`exec '${real}' "$@"`)
  mend()
  chmodSync(script, 0o755)
  temporalCli = script
  return { break: () => write("exit 1"), mend }
}

function killTemporal(): void {
  const server = readState(directory)?.temporal.process
  if (server) send(server, "SIGKILL")
}
