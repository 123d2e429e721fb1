/** The part of the list of codes that is about steering a run, and about what ends one. */
export const steeringErrorCodes: Readonly<Record<string, string>> = {
  ALREADY_ABORTING: "The run is unwinding already. Watch it with `sluice watch`.",
  GATE_NOT_OPEN: "Nothing waits at that gate now. `sluice wait RUN --for GATE` waits until it does.",
  LATER_REVISION:
    "A later run has built on the same relations since this one's contract. Take that one back first: abort it while it is at work, else undo it.",
  MALFORMED_DECISION: "An Update or signal had a payload of another shape than {gate, planHash, reason, actor, nonce}.",
  NOTHING_STOPPED: "No step waits for `retry` or `skip`.",
  NOT_A_CHOICE:
    "The stopped step doesn't offer that: what comes after would rest on it. `sluice status RUN` tells the choices.",
  NOT_PAUSED: "Only a paused run can be resumed.",
  PURGED:
    "What was hidden is dropped or being dropped, so an abort can't bring it back. Archive and backup still hold the data.",
  REASON_MISSING: "Leaving a step out needs a reason: it stands in the ledger.",
  RUN_ENDED:
    "The run has ended, or the target's journal doesn't have it: nothing is done for it any more, whatever its workflow believes. Start the plan as a new run.",
  RUN_PAUSED: "A paused run passes no gate. `sluice resume RUN` first.",
}
