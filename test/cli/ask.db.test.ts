import { PassThrough, Writable } from "node:stream"
import { afterEach, beforeEach, expect, test } from "vitest"
import { plan } from "../../src/app/plan.ts"
import { run as runCli } from "../../src/cli/run.ts"
import { setRunState } from "../../src/ledger/run-state.ts"
import { createRun } from "../../src/ledger/runs.ts"
import { sluice } from "./sluice.ts"
import { Bench } from "../app/bench.ts"

let bench: Bench
beforeEach(async () => {
  bench = await Bench.begin({ address: "127.0.0.1:1", namespace: "default" })
})
afterEach(() => bench.end())

/** The command line on a terminal where a person types `answer`. */
async function onTerminal(args: readonly string[], answer: string): Promise<{ code: number; said: string }> {
  let said = ""
  const terminal = Object.assign(
    new Writable({
      write: (chunk, _encoding, done) => {
        said += String(chunk)
        done()
      },
    }),
    { isTTY: true },
  )
  const stdin = Object.assign(new PassThrough(), { isTTY: true })
  stdin.end(`${answer}\n`)
  const surroundings = { stdin, stdout: terminal, stderr: terminal, env: bench.env, cwd: bench.folder }
  return { code: await runCli(args, surroundings, "0"), said }
}

test("what can't be brought back is asked about by the gate that is open, also where none is named", async () => {
  const app = await bench.app()
  const control = await app.control()
  const { plan: made } = await plan(app, { target: "shop" })
  const { run } = await createRun(control, { target: "shop", plan: made, startedBy: "t", workflowId: "w" })
  await setRunState(control, { run }, { state: "waiting", phase: "purge", waitingFor: "purge", findings: [] })
  for (const args of [
    ["proceed", run],
    ["proceed", run, "--gate", "purge"],
  ]) {
    const { code, said } = await onTerminal(args, "n")
    expect([code, said]).toEqual([3, expect.stringContaining("dropped for good?")])
    expect(said).toContain("NOT_CONFIRMED")
  }
  expect((await onTerminal(["proceed", run, "--yes"], "n")).said).not.toContain("NOT_CONFIRMED")
})

test("where nobody can be asked, uninstall drops archives only if that is said explicitly", async () => {
  const uninstall = async (...more: readonly string[]) => {
    const { code, stdout } = await sluice(bench.folder, ["uninstall", "--target", "shop", "--json", ...more], bench.env)
    return [code, JSON.parse(stdout) as unknown]
  }
  await bench.target.query(
    `SET ROLE ${bench.role.name}; CREATE SCHEMA sluice_archive; CREATE TABLE sluice_archive.a ()`,
  )
  expect(await uninstall()).toEqual([
    3,
    { error: expect.objectContaining({ code: "NOT_CONFIRMED", message: expect.stringContaining("sluice_archive.a") }) },
  ])
  expect((await onTerminal(["uninstall"], "n")).said).toContain("sluice_archive.a")
  const dropped = ["archive sluice_archive.a", "schema sluice_archive"]
  expect(await uninstall("--yes")).toEqual([0, { dropped, stays: [] }])
  expect(await uninstall()).toEqual([0, { dropped: [], stays: [] }])
})
