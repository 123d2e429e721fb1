import { WorkflowExecutionAlreadyStartedError } from "@temporalio/client"
import { TypedSearchAttributes } from "@temporalio/common"
import { gateNames } from "../domain/gate.ts"
import type { Plan } from "../domain/plan.ts"
import { workflowQueue } from "../domain/queues.ts"
import type { RunInput } from "../domain/run.ts"
import { runActive } from "../ledger/runs.ts"
import { searchAttributes } from "../../workflows/search-attributes.ts"
import type { App } from "./context.ts"
import { positive } from "./positive.ts"
import { holderOf } from "./workflow-holder.ts"

/** How long Temporal may take to accept a start. */
const startDeadlineMs = 10_000

export interface RunToStart {
  readonly run: string
  readonly workflowId: string
  readonly plan: Plan
  readonly adopt: RunInput["adopt"]
}

export function workflowIdOf(plan: Plan): string {
  return `${plan.strategy}/${plan.target}/${plan.hash.slice(0, 12)}`
}

/** Starts the workflow of a run. The journal decides whether a plan may run; Temporal only that it runs once at a time. */
export async function startWorkflow(app: App, { run, workflowId, plan, adopt }: RunToStart): Promise<void> {
  const link = app.temporal()
  const revisions = plan.revisions.map((revision) => revision.id)
  const losing = plan.steps.some((step) => step.losesData)
  try {
    await link.call(startDeadlineMs, (client) =>
      client.workflow.start("expandContract", {
        workflowId,
        taskQueue: workflowQueue,
        workflowIdReusePolicy: "ALLOW_DUPLICATE",
        workflowIdConflictPolicy: "FAIL",
        args: [runInput(app, { run, plan, adopt })],
        memo: { run, target: plan.target, revisions },
        typedSearchAttributes: new TypedSearchAttributes([
          { key: searchAttributes.target, value: plan.target },
          { key: searchAttributes.strategy, value: plan.strategy },
          { key: searchAttributes.phase, value: "precheck" },
          { key: searchAttributes.planHash, value: plan.hash },
          { key: searchAttributes.risk, value: losing ? "losing" : "additive" },
          { key: searchAttributes.needsOperator, value: false },
        ]),
        staticSummary: `${plan.target}: ${revisions.join(", ")}`.slice(0, 200),
        staticDetails: details(app, run, plan),
      }),
    )
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError)
      throw runActive((await holderOf(app, workflowId)) ?? run, error)
    throw link.explain(error)
  }
}

function runInput(app: App, { run, plan, adopt }: Omit<RunToStart, "workflowId">): RunInput {
  return {
    run,
    target: plan.target,
    planHash: plan.hash,
    strategy: plan.strategy,
    gates: plan.gates,
    soakMs: plan.soakMs,
    keepMs: plan.keepMs,
    startedBy: app.actor,
    historyBudget: positive(app.env["SLUICE_HISTORY_BUDGET"]) ?? 4000,
    heartbeatMs: positive(app.env["SLUICE_HEARTBEAT_MS"]) ?? 10_000,
    carried: null,
    adopt,
  }
}

function details(app: App, run: string, plan: Plan): string {
  const gates = gateNames.map((gate) => {
    const mode = plan.gates[gate]
    return `- ${gate}: ${typeof mode === "string" ? mode : `by itself after ${mode.afterMs} ms`}`
  })
  const revisions = plan.revisions.map(({ id, title }) => `- ${id}: ${title}`)
  return [
    `Run **${run}** of plan \`${plan.hash.slice(0, 12)}\`, started by ${app.actor}.`,
    "",
    "Revisions:",
    ...revisions,
    "",
    "Gates:",
    ...gates,
    "",
    `\`sluice status ${run}\``,
  ].join("\n")
}
