import { once } from "node:events"
import { createServer, type AddressInfo } from "node:net"
import { afterEach, describe, expect, inject, test } from "vitest"
import { previewAbort } from "../../src/app/abort-preview.ts"
import type { App } from "../../src/app/context.ts"
import { plan } from "../../src/app/plan.ts"
import { listAllRuns, showStatus } from "../../src/app/status.ts"
import { steer } from "../../src/app/steer.ts"
import { wait } from "../../src/app/wait.ts"
import type { BackupRecord } from "../../src/domain/backup.ts"
import { registerBackup } from "../../src/ledger/backups.ts"
import { Ledger } from "../../src/ledger/chain.ts"
import { saveOffendingKeys } from "../../src/ledger/offending-keys.ts"
import { finishRun, setRunState } from "../../src/ledger/run-state.ts"
import { createRun } from "../../src/ledger/runs.ts"
import { createNamespace } from "../harness/namespace.ts"
import { sluice } from "../cli/sluice.ts"
import { addEmail, Bench } from "./bench.ts"

let bench: Bench
afterEach(() => bench.end())

const nowhere = { address: "127.0.0.1:1", namespace: "default" }

const backup: Omit<BackupRecord, "id" | "run" | "createdAt"> = {
  target: "shop",
  planHash: null,
  kind: "dump",
  file: "a.dump",
  bytes: 7,
  sha256: "00",
  state: "verified",
  tables: [],
  restoreSeconds: 2,
  serverMajor: 18,
  missingForeignKeys: [],
  locale: { encoding: "UTF8", collate: "C", ctype: "C", provider: "c", locale: null },
  notes: [],
}

/** A run as it stands in the control database; no workflow carries it. */
async function runWithoutWorkflow(): Promise<{ app: App; run: string }> {
  const app = await bench.app()
  const { plan: made } = await plan(app, { target: "shop" })
  const workflowId = "expand-contract/shop/none"
  const { run } = await createRun(await app.control(), {
    target: "shop",
    plan: made,
    startedBy: "tester",
    workflowId,
  })
  return { app, run }
}

describe("status", () => {
  test("says that Temporal has no such namespace, and goes on without it; a decision is refused for it", async () => {
    bench = await Bench.begin({ address: inject("temporal").address, namespace: "nobody-made-it" })
    const { app, run } = await runWithoutWorkflow()
    expect((await showStatus(app, run)).findings).toMatchObject([
      {
        code: "TEMPORAL_REFUSED",
        severity: "warning",
        message: expect.stringContaining("no such namespace") as string,
      },
    ])
    await expect(steer(app, { run, verb: "pause" })).rejects.toMatchObject({ code: "TEMPORAL_REFUSED" })
  })

  test("works without Temporal, from the beginning of an id too, and says that Temporal is missing", async () => {
    bench = await Bench.begin(nowhere)
    const { app, run } = await runWithoutWorkflow()
    const status = await showStatus(app, run.slice(0, 8))
    expect(status).toMatchObject({ run, state: "running", phase: "precheck" })
    expect(status.findings).toMatchObject([{ code: "TEMPORAL_UNREACHABLE", severity: "warning" }])
  })

  test("a stopped run whose file was edited since says that it goes by its stored plan", async () => {
    bench = await Bench.begin(nowhere)
    const { app, run } = await runWithoutWorkflow()
    await setRunState(
      await app.control(),
      { run },
      { state: "needs-operator", phase: "precheck", waitingFor: null, findings: [], choices: ["retry", "abort"] },
    )
    const codes = async () => (await showStatus(app, run)).findings.map(({ code }) => code)
    expect(await codes()).not.toContain("EDITED_SINCE_START")
    bench.write("0001_email.yaml", addEmail.replace("lower", "upper"))
    expect((await showStatus(app, run)).findings).toContainEqual(
      expect.objectContaining({ code: "EDITED_SINCE_START", hint: expect.stringContaining(`sluice abort ${run}`) }),
    )
    const retried = await sluice(bench.folder, ["retry", run], bench.env)
    expect(retried.stderr).toContain("goes by its stored plan")
  })

  test("who waits for a run's completion learns by the exit code that it was aborted; any end is an end", async () => {
    bench = await Bench.begin(nowhere)
    const { app, run } = await runWithoutWorkflow()
    await finishRun(await app.control(), { run }, { state: "aborted", reason: "test" })
    const waitFor = (goal: string) => sluice(bench.folder, ["wait", run, "--for", goal, "--json"], bench.env)
    const ended = await waitFor("end")
    expect([ended.code, ended.json()]).toEqual([0, expect.objectContaining({ state: "aborted" })])
    expect((await waitFor("complete")).code).toBe(1)
  })

  test("an abort of a run that has completed is sent to undo", async () => {
    bench = await Bench.begin(nowhere)
    const { app, run } = await runWithoutWorkflow()
    await finishRun(await app.control(), { run }, { state: "completed", reason: null })
    const refused = (hint: string) => ({ code: "RUN_ENDED", finding: { hint } })
    await expect(steer(app, { run, verb: "abort" })).rejects.toMatchObject(refused(`sluice undo ${run}`))
    await expect(steer(app, { run, verb: "retry" })).rejects.toMatchObject(refused(`sluice status ${run}`))
  })

  test("a run that lost its workflow is found, with the two ways out", async () => {
    bench = await Bench.begin({ ...inject("temporal"), namespace: await createNamespace() })
    const { app, run } = await runWithoutWorkflow()
    const status = await showStatus(app, run)
    expect(status.findings).toMatchObject([{ code: "ORPHANED", severity: "error" }])
    expect(status.choices).toEqual([`sluice retry ${run}`, `sluice abort ${run}`])
    // Nothing is announced that is going to be refused.
    expect(await previewAbort(app, run, "undo")).toMatchObject({ refused: true })
    expect((await listAllRuns(app))[0]?.findings).toMatchObject([{ code: "ORPHANED" }])
    await expect(wait(app, { run, for: "end", timeoutMs: 30_000 })).rejects.toMatchObject({
      code: "ORPHANED",
      finding: { hint: expect.stringContaining(`sluice retry ${run}`) },
    })
  })

  test("rows in the way are listed by key, and wait names the error that stopped the run, not a warning beside it", async () => {
    bench = await Bench.begin(nowhere)
    const { app, run } = await runWithoutWorkflow()
    const control = await app.control()
    const relation = { schema: "public", name: "people" }
    await saveOffendingKeys(control, { run, step: "precheck", code: "VALUE_IS_NULL", relation, keys: ["7", "12"] })
    const warning = {
      code: "NO_REPLICA",
      severity: "warning",
      subject: "x",
      message: "won't wait for replicas",
    } as const
    const error = {
      code: "VALUE_IS_NULL",
      severity: "error",
      subject: "x",
      message: "gives NULL",
      hint: "mend it",
    } as const
    const stopped = {
      state: "needs-operator",
      phase: "precheck",
      waitingFor: null,
      findings: [warning, error],
    } as const
    await setRunState(control, { run }, stopped)
    expect((await showStatus(app, run)).offendingRows).toEqual([
      { step: "precheck", code: "VALUE_IS_NULL", table: "public.people", keys: ["7", "12"] },
    ])
    await expect(wait(app, { run, for: "end", timeoutMs: 60_000 })).rejects.toMatchObject({
      code: "NEEDS_OPERATOR",
      message: "the run stopped and needs a person: gives NULL",
      finding: { hint: expect.stringMatching(/^mend it; sluice status /) },
    })
  })

  test("says until when a gate, a soak or a keep waits by itself", async () => {
    bench = await Bench.begin(nowhere)
    const app = await bench.app()
    const control = await app.control()
    const { plan: made } = await plan(app, { target: "shop", gates: { switch: { afterMs: 3_600_000 } } })
    const { run } = await createRun(control, { target: "shop", plan: made, startedBy: "t", workflowId: "w" })
    const ledger = new Ledger(control)
    const { at } = await ledger.append({ actor: "w", kind: "gate.opened", run, detail: { gate: "switch" } })
    await setRunState(control, { run }, { state: "waiting", phase: "switch", waitingFor: "switch", findings: [] })
    expect((await showStatus(app, run)).until).toBe(new Date(Date.parse(at) + 3_600_000).toISOString())
    await setRunState(control, { run }, { state: "waiting", phase: "contract", waitingFor: "contract", findings: [] })
    expect((await showStatus(app, run)).until).toBe(null)
    await setRunState(control, { run }, { state: "running", phase: "keep", waitingFor: null, findings: [] })
    expect((await showStatus(app, run)).until).toEqual(expect.any(String))
  })

  test("names the run's own backup, the latest, once it is in the register", async () => {
    bench = await Bench.begin(nowhere)
    const { app, run } = await runWithoutWorkflow()
    const control = await app.control()
    expect((await showStatus(app, run)).backup).toBeNull()
    const [first, second] = ["2026-01-31T12:00:00.000Z", "2026-01-31T13:00:00.000Z"] as const
    await registerBackup(control, { ...backup, id: "a", run, createdAt: second })
    await registerBackup(control, { ...backup, id: "b", run, createdAt: first, state: "failed" })
    await registerBackup(control, { ...backup, id: "c", run: "shop-other-1", createdAt: second })
    const told = { id: "a", state: "verified", createdAt: second, bytes: 7, restoreSeconds: 2 }
    expect((await showStatus(app, run)).backup).toEqual(told)
    expect(await listAllRuns(app)).toMatchObject([{ run, backup: told }])
  })

  test("says that the target can't be reached, and as of when the rest is; of a run that has ended nothing is stale", async () => {
    bench = await Bench.begin(nowhere)
    const { run } = await runWithoutWorkflow()
    const away = await bench.app({ SHOP_URL: "postgresql://ann:s3cret@127.0.0.1:1/shop" })
    const { updatedAt, findings, choices } = await showStatus(away, run)
    expect(findings.map(({ code, severity }) => [code, severity])).toEqual([
      ["TARGET_UNREACHABLE", "warning"],
      ["TEMPORAL_UNREACHABLE", "warning"],
    ])
    expect(findings[0]?.hint).toContain(`as of ${updatedAt}`)
    expect(JSON.stringify(findings)).not.toContain("s3cret")
    expect(choices).toEqual((await showStatus(await bench.app(), run)).choices)
    const ended = { state: "aborted", phase: "expand", waitingFor: null, findings: [] } as const
    await setRunState(await away.control(), { run }, ended)
    expect((await showStatus(away, run)).findings).toEqual([])
  })

  test("a target that refuses the login, or doesn't answer, is told in the time that status takes anyway", async () => {
    bench = await Bench.begin(nowhere)
    const { run } = await runWithoutWorkflow()
    const silent = createServer().listen(0, "127.0.0.1")
    await once(silent, "listening")
    const { port } = silent.address() as AddressInfo
    const url = new URL(bench.env["SHOP_URL"] ?? "")
    url.username = "nobody_at_all"
    for (const SHOP_URL of [url.href, `postgresql://ann@127.0.0.1:${port}/shop`]) {
      const began = Date.now()
      const { findings } = await showStatus(await bench.app({ SHOP_URL }), run)
      expect(findings).toMatchObject([{ code: "TARGET_UNREACHABLE" }, { code: "TEMPORAL_UNREACHABLE" }])
      expect(Date.now() - began).toBeLessThan(10_000)
    }
    silent.close()
  })

  test("an unknown run is answered with the nearest", async () => {
    bench = await Bench.begin(nowhere)
    const { app, run } = await runWithoutWorkflow()
    const mistyped = run.replace("shop", "shpo")
    await expect(showStatus(app, mistyped)).rejects.toMatchObject({
      code: "RUN_NOT_FOUND",
      finding: { hint: `did you mean ${run}?` },
    })
  })
})

describe("steering", () => {
  test("nothing is sent where no worker polls", async () => {
    bench = await Bench.begin({ ...inject("temporal"), namespace: await createNamespace() })
    const { app, run } = await runWithoutWorkflow()
    await expect(steer(app, { run, verb: "abort" })).rejects.toMatchObject({ code: "NO_WORKER" })
  })

  test("a run that has ended is not steered", async () => {
    bench = await Bench.begin(nowhere)
    const { app, run } = await runWithoutWorkflow()
    const change = { state: "aborted", phase: "expand", waitingFor: null, findings: [] } as const
    await setRunState(await app.control(), { run }, change)
    await expect(steer(app, { run, verb: "pause" })).rejects.toMatchObject({ kind: "RefusedError", code: "RUN_ENDED" })
    expect(await previewAbort(app, run)).toMatchObject({ refused: true, undo: [] })
  })
})

describe("wait", () => {
  test("answers at the gate, gives up in time, and tells an end apart from another", async () => {
    bench = await Bench.begin(nowhere)
    const { app, run } = await runWithoutWorkflow()
    const control = await app.control()
    await expect(wait(app, { run, for: "contract", timeoutMs: 300 })).rejects.toMatchObject({
      kind: "TransientError",
      code: "WAIT_TIMEOUT",
    })
    const waiting = wait(app, { run, for: "contract", timeoutMs: 20_000 })
    await setRunState(control, { run }, { state: "waiting", phase: "contract", waitingFor: "contract", findings: [] })
    expect(await waiting).toMatchObject({ waitingFor: "contract" })
    await setRunState(control, { run }, { state: "aborted", phase: "contract", waitingFor: null, findings: [] })
    await expect(wait(app, { run, for: "purge", timeoutMs: 20_000 })).rejects.toMatchObject({ code: "WAIT_ENDED" })
    expect(await wait(app, { run, for: "end", timeoutMs: 20_000 })).toMatchObject({ state: "aborted" })
  })

  test("a run that needs a person is not waited for for ever", async () => {
    bench = await Bench.begin(nowhere)
    const { app, run } = await runWithoutWorkflow()
    const finding = { code: "LOCK_TIMEOUT", severity: "error", subject: "people", message: "no lock" } as const
    const change = { state: "needs-operator", phase: "expand", waitingFor: null, findings: [finding] } as const
    await setRunState(await app.control(), { run }, change)
    await expect(wait(app, { run, for: "end", timeoutMs: null })).rejects.toMatchObject({ code: "NEEDS_OPERATOR" })
  })
})
