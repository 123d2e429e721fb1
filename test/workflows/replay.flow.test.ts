import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { DeterminismViolationError } from "@temporalio/workflow"
import { Worker, type ReplayResult } from "@temporalio/worker"
import { expect, inject, test } from "vitest"
import { keptHistories } from "../harness/histories.ts"
import { Sluice } from "../harness/sluice.ts"
import { uniqueId } from "../harness/temporal.ts"
import { bundleEdited, type Edit } from "../harness/workflow-copy.ts"

test("every kept history replays under this version of the workflows", async () => {
  const results = await replayAll([])
  expect(results.length).toBeGreaterThanOrEqual(8)
  expect(results.filter(({ error }) => error)).toEqual([])
}, 120_000)

test("two steps in another order are noticed", async () => {
  const results = await replayAll([
    {
      file: "expand-contract.ts",
      before: `  await runSteps(progress, activities, "verify")\n  await passGate(progress, activities, "switch")\n`,
      after: `  await passGate(progress, activities, "switch")\n  await runSteps(progress, activities, "verify")\n`,
    },
  ])
  const failed = results.filter(({ error }) => error instanceof DeterminismViolationError)
  expect(failed.map(({ workflowId }) => workflowId)).toContain("completed")
}, 120_000)

test("a step inserted without `patched` is noticed", async () => {
  const results = await replayAll([insertBefore("dual-write", recordSomething)])
  const failed = results.filter(({ error }) => error instanceof DeterminismViolationError)
  expect(failed.map(({ workflowId }) => workflowId)).toContain("completed")
}, 120_000)

test("a run left at a gate by this version goes on under a worker with an inserted step", async () => {
  const sluice = await Sluice.begin()
  try {
    const project = await sluice.project({ rows: 100 })
    await project.start()
    await project.atGate("dual-write")
    await sluice.stopWorker()
    await sluice.startWorker({ bundle: await nextVersion() })
    await project.pass("dual-write", "switch", "contract", "purge")
    await project.ended("completed")
    const { events } = await project.history()
    const patches = (events ?? []).flatMap(({ markerRecordedEventAttributes: marker }) => {
      const [payload] = marker?.details?.["patch-data"]?.payloads ?? []
      return payload ? [Buffer.from(payload.data ?? []).toString()] : []
    })
    // Of the two new ones only the one behind the gate: what was done already isn't done otherwise afterwards.
    expect(patches.filter((patch) => patch.includes("the-gate"))).toEqual([expect.stringContaining("behind-the-gate")])
  } finally {
    await sluice.end()
  }
}, 120_000)

const recordSomething = `await activities.quick.recordState(progress.ref, { state: progress.state, waitingFor: null, findings: [] })`

function insertBefore(gate: string, statement: string): Edit {
  const line = `  await passGate(progress, activities, "${gate}")\n`
  return { file: "expand-contract.ts", before: line, after: `  ${statement}\n${line}` }
}

/** The next version: a step before the gate at which runs of this version wait, and one behind it. */
async function nextVersion(): Promise<{ readonly codePath: string }> {
  const { code } = await bundleEdited([
    insertBefore("dual-write", `if (patched("before-the-gate")) ${recordSomething}`),
    insertBefore("switch", `if (patched("behind-the-gate")) ${recordSomething}`),
  ])
  const codePath = join(inject("scratchDirectory"), `${uniqueId("bundle")}.cjs`)
  await writeFile(codePath, code)
  return { codePath }
}

async function replayAll(edits: readonly Edit[]): Promise<readonly ReplayResult[]> {
  const workflowBundle = await bundleEdited(edits)
  const results: ReplayResult[] = []
  for await (const result of Worker.runReplayHistories({ workflowBundle }, await keptHistories())) results.push(result)
  return results
}
