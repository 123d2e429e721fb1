import { CancellationScope, patched } from "@temporalio/workflow"
import type { RunRef } from "../activities/types.ts"
import type { Finding } from "../src/domain/finding.ts"
import { returnGate, type WaitName } from "../src/domain/gate.ts"
import type { Phase } from "../src/domain/phase.ts"
import type { PlanOutline, StepOutline } from "../src/domain/plan.ts"
import type { CarriedState, GateTimer, RunInput, RunState } from "../src/domain/run.ts"
import { Turns } from "./turns.ts"

/** What an operator has to choose from when a step has stopped. */
export interface Choice {
  readonly subject: string
  /** The step whose doing stopped; null for a phase without steps and for an undo. */
  readonly step: string | null
  readonly finding: Finding
  readonly verbs: readonly ("retry" | "skip" | "abort" | "undo")[]
  chosen: "retry" | "skip" | null
}

/** One line of the `timeline` query. */
export interface TimelineEntry {
  /** ISO 8601, by the workflow's clock. */
  readonly at: string
  readonly what: string
}

/** How many decisions are remembered by their nonces: enough for every one of a run, small enough to carry. */
const rememberedNonces = 200

/**
 * Where a run stands, in the workflow's own memory: rebuilt by replay, carried over continue-as-new. What is true in
 * the database stands in the target's journal; this only says what comes next.
 */
export class RunProgress {
  readonly input: RunInput
  phase: Phase
  steps: readonly StepOutline[] = []
  /** True where contract takes the old shape away from applications. */
  hidesOldShape = false
  /** Steps whose undo is registered, in the order in which they began. */
  begun: string[] = []
  done = new Set<string>()
  skipped = new Set<string>()
  readonly undone = new Set<string>()
  /** Steps whose undo somebody has left out. */
  readonly leftBehind = new Set<string>()
  gatesPassed = new Set<WaitName>()
  phasesDone = new Set<Phase>()
  nonces: string[] = []
  waitingFor: WaitName | null = null
  paused = false
  /** True while the target is still to be told whether the run is paused. */
  tellingPause = false
  /** True once the contract was done, also where it was undone since. */
  contracted = false
  /**
   * Whether it is known where the run stands: nothing is judged before. `reading`: it goes on in a fresh history and is
   * being told; `leaving`: this history knows too little, and is about to be left for a fresh one.
   */
  standing: "known" | "reading" | "leaving" = "known"
  /** True where no decision cuts that reading short. */
  readonly readsFirst: boolean
  keepUntil: number | null = null
  /** True where passing the purge gate ends keep. */
  mayEndKeep = false
  gateTimer: GateTimer | null = null
  aborting: { readonly reason: string; readonly actor: string } | null = null
  choice: Choice | null = null
  ended: "completed" | "aborted" | null = null
  readonly turns: Turns
  readonly timeline: TimelineEntry[] = []
  /** What was last shown in Temporal's UI, so that nothing is written twice. */
  shown = ""
  /** Everything on the way forward happens in this scope; an abort cancels it. */
  readonly forward = new CancellationScope()

  constructor(input: RunInput) {
    this.input = input
    // Asked once for a whole history: asked again later, an old one would change its ways in the middle.
    this.turns = new Turns(patched("one-at-a-time"))
    this.readsFirst = (input.carried !== null || input.adopt !== null) && patched("read-first")
    if (this.readsFirst) this.standing = "reading"
    this.phase = "precheck"
    if (input.carried) this.restore(input.carried)
  }

  /** What the plan says of itself. */
  know({ steps, hidesOldShape }: PlanOutline): void {
    this.steps = steps
    // Plans of earlier versions say nothing of it.
    this.hidesOldShape = hidesOldShape ?? false
  }

  /** Takes over where an earlier history, or the journal, left off. */
  restore(carried: CarriedState): void {
    this.begun = [...carried.begun]
    this.done = new Set(carried.done)
    this.skipped = new Set(carried.skipped)
    this.gatesPassed = new Set(carried.gatesPassed)
    this.phasesDone = new Set(carried.phasesDone)
    this.nonces = [...carried.nonces]
    this.waitingFor = carried.waitingFor
    this.paused = carried.paused
    this.keepUntil = carried.keepUntil
    this.gateTimer = carried.gateTimer ?? null
    this.aborting = carried.aborting
    this.contracted = carried.contracted ?? this.gatesPassed.has("contract")
    if (carried.phase) this.phase = carried.phase
    else if (this.waitingFor && this.waitingFor !== returnGate) this.phase = this.waitingFor
  }

  /** The first word of every activity's input. */
  get ref(): RunRef {
    const { run, target, planHash } = this.input
    return { run, target, planHash, phase: this.phase }
  }

  get state(): RunState {
    if (this.ended) return this.ended
    if (this.choice && this.choice.chosen === null) return "needs-operator"
    if (this.waitingFor === returnGate) return "waiting"
    if (this.aborting) return "aborting"
    if (this.paused) return "paused"
    return this.waitingFor ? "waiting" : "running"
  }

  /** True from the moment at which the purge gate was passed: what was hidden may be gone, so abort is refused. */
  get purging(): boolean {
    return this.gatesPassed.has("purge")
  }

  remember(key: string): void {
    this.nonces.push(key)
    if (this.nonces.length > rememberedNonces) this.nonces.shift()
  }

  carried(): CarriedState {
    return {
      begun: this.begun,
      done: [...this.done],
      skipped: [...this.skipped],
      gatesPassed: [...this.gatesPassed],
      phasesDone: [...this.phasesDone],
      phase: this.phase,
      contracted: this.contracted,
      waitingFor: this.waitingFor,
      nonces: this.nonces,
      paused: this.paused,
      keepUntil: this.keepUntil,
      gateTimer: this.gateTimer,
      aborting: this.aborting,
    }
  }
}
