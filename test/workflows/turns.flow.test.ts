import { WorkflowUpdateStage, type WorkflowHandle, type WorkflowUpdateHandle } from "@temporalio/client"
import { NativeConnection } from "@temporalio/worker"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from "vitest"
import { TemporalLink } from "../../src/app/temporal.ts"
import { workflowQueue } from "../../src/domain/queues.ts"
import type { Command, OperatorVerb, RunInput } from "../../src/domain/run.ts"
import { waitUntil } from "../../src/stack/wait-until.ts"
import { registerSearchAttributes } from "../../src/worker/search-attributes.ts"
import { keepHistory } from "../harness/histories.ts"
import { createNamespace } from "../harness/namespace.ts"
import { Stage } from "../harness/stage.ts"
import { uniqueId } from "../harness/temporal.ts"

let link: TemporalLink
let stage: Stage
let run: WorkflowHandle
beforeAll(async () => {
  const { address } = inject("temporal")
  link = new TemporalLink({ address, namespace: await createNamespace(), tls: null, apiKey: null })
  const connection = await NativeConnection.connect({ address })
  await registerSearchAttributes(connection, link.namespace)
  await connection.close()
})
afterAll(() => link?.close())
beforeEach(async () => {
  stage = new Stage()
  const start = { workflowId: uniqueId("run"), taskQueue: workflowQueue, args: [input] }
  run = await link.call(10_000, (client) => client.workflow.start("expandContract", start))
})
afterEach(() => link.call(10_000, () => run.terminate("the test is over")))

describe("the last word on a run's state is the newest", () => {
  test("a decision that arrives while a gate is being opened is judged once it is open", async () => {
    stage.holdBack("openGate")
    await onStage(async () => {
      await stage.sees("openGate begins")
      const pause = await decide("pause")
      await settled("judge")
      stage.letGo("openGate")
      await pause.result()
    })
    expect(stage.seen.slice(-4)).toEqual(["openGate begins", "openGate ends", "judge pause begins", "judge pause ends"])
    expect(stage.opened).toEqual(["waiting"])
  })

  test("a gate that comes while a pause is judged is opened as paused", async () => {
    stage.holdBack("createBackup")
    stage.holdBack("judge pause")
    await onStage(async () => {
      await stage.sees("createBackup begins")
      const pause = await decide("pause")
      await stage.sees("judge pause begins")
      stage.letGo("createBackup")
      await settled("createBackup", "openGate")
      stage.letGo("judge pause")
      await pause.result()
      await stage.sees("openGate ends")
    })
    expect(stage.opened).toEqual(["paused"])
    await keepHistory("opened-as-paused", await link.call(10_000, () => run.fetchHistory()))
  })

  test("a retry that arrives while a stop is being recorded is judged once it is recorded", async () => {
    stage.failOnce("precheck")
    stage.holdBack("record needs-operator")
    await onStage(async () => {
      await stage.sees("record needs-operator begins")
      const retry = await decide("retry")
      await settled("judge")
      stage.letGo("record needs-operator")
      await retry.result()
    })
    const words = stage.seen.filter((word) => /^(record|judge)/.test(word))
    expect(words).toEqual(["record needs-operator", "judge retry"].flatMap(beginsAndEnds))
  })

  test("decisions that arrive together are judged one after the other", async () => {
    const verbs = ["pause", "resume", "pause", "resume"] as const
    const judged = (): readonly string[] => stage.seen.filter((word) => word.startsWith("judge"))
    await onStage(() => stage.sees("openGate ends"))
    for (const verb of verbs) await link.call(10_000, () => run.signal(verb, { actor: "somebody" }))
    await onStage(() => waitUntil(() => judged().length === 2 * verbs.length, { timeoutMs: 30_000 }))
    expect(judged()).toEqual(verbs.map((verb) => `judge ${verb}`).flatMap(beginsAndEnds))
  })
})

const input: RunInput = {
  run: "shop-1",
  target: "shop",
  planHash: "0".repeat(64),
  strategy: "expand-contract",
  gates: { "dual-write": "manual", switch: "manual", contract: "manual", purge: "manual" },
  soakMs: 0,
  keepMs: 0,
  startedBy: "tester",
  historyBudget: 4_000,
  heartbeatMs: 10_000,
  carried: null,
  adopt: null,
}

function onStage<T>(work: () => Promise<T>): Promise<T> {
  return stage.play(link.namespace, work)
}

function beginsAndEnds(what: string): readonly string[] {
  return [`${what} begins`, `${what} ends`]
}

/** Sends a decision; back once the workflow has taken it in. */
function decide(verb: OperatorVerb): Promise<WorkflowUpdateHandle<unknown>> {
  const waitForStage = WorkflowUpdateStage.ACCEPTED
  const update = { args: [{ actor: "somebody" }] as [Command], waitForStage }
  return link.call(10_000, () => run.startUpdate<unknown, [Command]>(verb, update))
}

/** Waits until the workflow has nothing to do, and none of these activities is under way. */
async function settled(...activities: readonly string[]): Promise<void> {
  const isSettled = async (): Promise<boolean> => {
    const { events } = await link.call(10_000, () => run.fetchHistory())
    const underWay = new Set<string>()
    for (const event of events ?? []) {
      const { activityTaskScheduledEventAttributes: begun, activityTaskCompletedEventAttributes: ended } = event
      if (activities.includes(begun?.activityType?.name ?? "")) underWay.add(String(event.eventId))
      if (ended) underWay.delete(String(ended.scheduledEventId))
      if (event.workflowTaskScheduledEventAttributes) underWay.add("task")
      if (event.workflowTaskCompletedEventAttributes) underWay.delete("task")
    }
    return underWay.size === 0
  }
  expect(await waitUntil(isSettled, { timeoutMs: 30_000 })).toBe(true)
}
