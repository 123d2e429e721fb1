import type { WaitName } from "../domain/gate.ts"
import { gateNames, returnGate } from "../domain/gate.ts"
import { nonceKey } from "../domain/nonce.ts"
import { phases, type Phase } from "../domain/phase.ts"
import type { Plan } from "../domain/plan.ts"
import type { CarriedState, GateTimer } from "../domain/run.ts"
import type { LedgerEntry } from "../domain/ledger-entry.ts"
import { heldSteps } from "./held-steps.ts"

/** What is known of a run whose workflow was lost: the target's journal, and the ledger. */
export interface LostRun {
  readonly plan: Plan
  /** True once the run is entered in the target's journal. */
  readonly registered: boolean
  /** The journal's rows, oldest first. */
  readonly journal: readonly { readonly step: string; readonly direction: "do" | "undo"; readonly at: Date }[]
  /** The run's entries in the ledger, oldest first. */
  readonly entries: readonly LedgerEntry[]
  /** The steps that somebody has chosen to leave out. */
  readonly skipped: readonly string[]
  /** True where a verified backup of this run is registered. */
  readonly backedUp: boolean
}

/**
 * The state from which a lost run goes on. The journal says what is true in the target; that a step began without
 * getting there (an index half built) is known from the ledger's intents; which gates were passed, from its decisions.
 */
export function carriedStateOf(lost: LostRun): CarriedState {
  const { plan, journal } = lost
  const now = new Map(journal.map(({ step, direction }) => [step, direction]))
  const intended = new Set(lost.entries.filter(({ kind }) => kind === "attempt.intent").map(({ step }) => step))
  const steps = plan.steps.map(({ id }) => id)
  const decisions = lost.entries.filter(({ kind }) => kind === "decision.accepted").map(({ detail }) => detail)
  const everDone = new Set(journal.filter(({ direction }) => direction === "do").map(({ step }) => step))
  const held = heldSteps(lost.entries)
  const gatesPassed = [...gateNames.filter((gate) => passageOf(lost, gate) >= 0), ...returnPassed(lost, now)]
  // A run that lost its workflow is taken up again to be undone without a decision of its own.
  const abort = lost.entries.findLast(
    ({ kind, detail }) =>
      (kind === "decision.accepted" || kind === "run.adopted") &&
      (detail["verb"] === "abort" || detail["verb"] === "undo"),
  )
  const begun = steps.filter((step) => now.get(step) === "do" || (intended.has(step) && now.get(step) !== "undo"))
  return {
    begun,
    done: steps.filter((step) => now.get(step) === "do"),
    skipped: lost.skipped,
    gatesPassed,
    phasesDone: phasesDone(lost, gatesPassed, abort !== undefined && begun.length > 0),
    phase: furthest(lost, begun, gatesPassed),
    // A target that was restored to before it still has applications that know the new shape alone.
    contracted: plan.steps.some(({ id, endsOldShape }) => endsOldShape && (everDone.has(id) || held.has(id))),
    waitingFor: null,
    nonces: decisions.flatMap(({ verb, gate, nonce }) =>
      typeof nonce === "string" ? [nonceKey({ verb: String(verb), gate: gate as WaitName | null, nonce })] : [],
    ),
    paused: decisions.findLast(({ verb }) => verb === "pause" || verb === "resume")?.["verb"] === "pause",
    keepUntil: keepUntil(plan, journal),
    gateTimer: gateTimer(lost, gatesPassed),
    aborting: abort ? { reason: String(abort.detail["reason"] ?? "no reason given"), actor: abort.actor } : null,
  }
}

/** Where in the ledger a gate was passed last; -1: nowhere. */
function passageOf({ entries }: LostRun, gate: WaitName): number {
  return entries.findLastIndex(
    ({ kind, detail }) => kind === "decision.accepted" && detail["verb"] === "proceed" && detail["gate"] === gate,
  )
}

/**
 * The gate of the way back may come more than once: a target that was restored has the way back before it again, and
 * applications of the new shape with it. It counts as passed where nothing has brought it up since.
 */
function returnPassed(lost: LostRun, now: ReadonlyMap<string, "do" | "undo">): readonly WaitName[] {
  const { plan, entries } = lost
  const ending = new Set(plan.steps.filter(({ endsOldShape }) => endsOldShape).map(({ id }) => id))
  const isHidden = [...ending].some((id) => now.get(id) === "do")
  const broughtUp = entries.findLastIndex(
    ({ kind, step, detail }) =>
      kind === "run.ended" ||
      (kind === "attempt.outcome" &&
        ending.has(step ?? "") &&
        detail["direction"] === "undo" &&
        detail["outcome"] === "done"),
  )
  return !isHidden && passageOf(lost, returnGate) > broughtUp ? [returnGate] : []
}

/** `goesBack`: what was begun is to be undone, also where the target doesn't know the run any more. */
function phasesDone(
  { registered, backedUp }: LostRun,
  gatesPassed: readonly WaitName[],
  goesBack: boolean,
): readonly Phase[] {
  return [
    ...(registered || goesBack ? (["precheck", "plan"] as const) : []),
    ...(registered && backedUp ? (["backup"] as const) : []),
    // A soak counts once somebody has let the run through the gate behind it; else it is watched again.
    ...(gatesPassed.includes("contract") ? (["soak"] as const) : []),
    ...(gatesPassed.includes("purge") ? (["keep"] as const) : []),
  ]
}

/** The last phase that the run is known to have got to. */
function furthest({ plan, registered }: LostRun, begun: readonly string[], gatesPassed: readonly WaitName[]): Phase {
  const got = new Set<Phase>([
    registered ? "plan" : "precheck",
    ...plan.steps.filter(({ id }) => begun.includes(id)).map(({ phase }) => phase),
    ...gateNames.filter((gate) => gatesPassed.includes(gate)),
  ])
  return phases.findLast((phase) => got.has(phase)) ?? "precheck"
}

/** Counts from when the gate opened, not from the adoption. */
function gateTimer({ plan, entries }: LostRun, gatesPassed: readonly WaitName[]): GateTimer | null {
  const opened = entries.findLast(({ kind }) => kind === "gate.opened")?.detail["gate"]
  const gate = gateNames.find((name) => name === opened && !gatesPassed.includes(name))
  const mode = gate === undefined ? null : plan.gates[gate]
  if (gate === undefined || mode === null || typeof mode === "string") return null
  const of = (kind: LedgerEntry["kind"]): readonly LedgerEntry[] =>
    entries.filter((entry) => entry.kind === kind && entry.detail["gate"] === gate)
  if (of("decision.refused").some(({ detail }) => detail["by"] === "gate mode")) return { gate, until: null }
  const [first] = of("gate.opened")
  return first ? { gate, until: Date.parse(first.at) + mode.afterMs } : null
}

/** Keep counts from the contract, not from the adoption. */
function keepUntil(plan: Plan, journal: LostRun["journal"]): number | null {
  const contract = plan.steps.findLast(({ phase, action }) => phase === "contract" && action === "sql")
  const row = journal.findLast(({ step, direction }) => step === contract?.id && direction === "do")
  return row ? row.at.getTime() + plan.keepMs : null
}
