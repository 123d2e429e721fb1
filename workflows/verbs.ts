import { defineQuery, defineSignal, defineUpdate } from "@temporalio/workflow"
import type { Command, CommandAnswer, OperatorVerb } from "../src/domain/run.ts"
import type { TimelineEntry } from "./run-progress.ts"
import type { WorkflowStatus } from "./status.ts"

/** Each verb as an Update: the caller hears whether it was accepted. */
export const updates = {
  proceed: defineUpdate<CommandAnswer, [Command]>("proceed"),
  abort: defineUpdate<CommandAnswer, [Command]>("abort"),
  undo: defineUpdate<CommandAnswer, [Command]>("undo"),
  pause: defineUpdate<CommandAnswer, [Command]>("pause"),
  resume: defineUpdate<CommandAnswer, [Command]>("resume"),
  retry: defineUpdate<CommandAnswer, [Command]>("retry"),
  skip: defineUpdate<CommandAnswer, [Command]>("skip"),
} satisfies Record<OperatorVerb, unknown>

/** The same verbs as plain signals, for clients that have nothing better: refusals are then seen in the ledger. */
export const signals = {
  proceed: defineSignal<[Command]>("proceed"),
  abort: defineSignal<[Command]>("abort"),
  undo: defineSignal<[Command]>("undo"),
  pause: defineSignal<[Command]>("pause"),
  resume: defineSignal<[Command]>("resume"),
  retry: defineSignal<[Command]>("retry"),
  skip: defineSignal<[Command]>("skip"),
} satisfies Record<OperatorVerb, unknown>

export const statusQuery = defineQuery<WorkflowStatus>("status")
export const timelineQuery = defineQuery<readonly TimelineEntry[]>("timeline")
