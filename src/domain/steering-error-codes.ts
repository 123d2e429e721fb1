/** The part of the list of codes that is about steering a run, and about what ends one. */
export const steeringErrorCodes: Readonly<Record<string, string>> = {
  ALREADY_ABORTING: "The run is unwinding already. Watch it with `sluice watch`.",
  EDITED_SINCE_START:
    "The file of a stopped run's revision was edited since. The run goes by its stored plan; abort it and start the edited file.",
  GATE_NOT_OPEN:
    "Nothing waits at that gate now. `sluice wait RUN --for GATE` waits until it does. In keep, `sluice proceed RUN --gate purge` is taken all the same: it ends keep. A soak can't be cut short.",
  LATER_REVISION:
    "A later run has built on the same relations since this one's contract. Take that one back first: abort it while it is at work, else undo it.",
  LEFT_BEHIND:
    "An aborted run did not take everything back: the undo of a step was left out, or it has none. The message says whether what it did is still there; `sluice plan --run RUN --sql` shows how it is undone by hand.",
  MALFORMED_DECISION: "An Update or signal had a payload of another shape than {gate, planHash, reason, actor, nonce}.",
  NEEDS_OPERATOR: "The run has stopped safely and waits for a person. `sluice status RUN` tells why, and the choices.",
  NEW_APPLICATION_SEEN:
    "Sessions of the new application's role are still connected. Bring the old application back and take the new one out, then proceed.",
  NOTHING_STOPPED: "No step waits for `retry` or `skip`.",
  NOT_A_CHOICE:
    "The stopped step doesn't offer that: what comes after would rest on it. `sluice status RUN` tells the choices.",
  NOT_PAUSED: "Only a paused run can be resumed.",
  OLD_APPLICATION_SEEN:
    "Sessions of the old application's role are connected, and contract would break it. Take it out first.",
  OLD_APPLICATION_SEES_NULL:
    "The old application will read NULL where the new one writes it. Give `down` to have it read another value.",
  OLD_COLUMN_BOUND:
    "A column that contract is about to hide has what the plan doesn't know of: NOT NULL, a default, a constraint, a unique index, or something that uses it (a view, publication, foreign key, trigger), put there while the run waited. Nothing is hidden. Drop it, and put what the new shape is to promise on its own columns; then retry or proceed, or abort.",
  OLD_COLUMN_CHANGED:
    "What stood on a column that contract is about to hide (its type, default, NOT NULL, a constraint, an index) is gone, or something else than when the plan was made, and the plan would bring it back as it was. Nothing is hidden. Put it back and proceed, or abort and start again.",
  ORPHANED:
    "The run lost its workflow (terminated, reset or gone). `sluice retry RUN` takes it up again, `sluice abort RUN` undoes it.",
  OUTCOME_UNKNOWN:
    "A decision was sent and no answer came: it may still take effect. Sent again with the same nonce, it counts once.",
  PLAN_HASH_MISMATCH: "The decision is about another plan than the one that runs.",
  PURGED:
    "What was hidden is dropped or being dropped, so an abort can't bring it back. Archive and backup still hold the data.",
  REASON_MISSING: "Leaving a step out needs a reason: it stands in the ledger.",
  RUN_ACTIVE: "The plan runs already, or a run isn't over yet. Look at it, let it end or abort it.",
  RUN_CONFLICT: "Another run works on one of the plan's relations. Wait until it has contracted, or abort it.",
  RUN_ENDED:
    "The run has ended: nothing is done for it any more, whatever its workflow believes. Start the plan as a new run.",
  RUN_NAME_TAKEN:
    "The target has a run of this name that another control database has started: two were started at the same time, or the target was restored to before this one. Nothing of the other one is touched. `sluice abort RUN` ends this one; the plan's next start gets another number.",
  RUN_NOT_FOUND: "No run bears this name. `sluice status` lists them.",
  RUN_NOT_IN_TARGET:
    "The target knows nothing of the run (any more): it was restored to before it, or schema sluice was dropped. `sluice abort RUN` takes back what of its work is still there and ends it; then the plan can be started as a new run.",
  RUN_PAUSED: "A paused run passes no gate. `sluice resume RUN` first.",
  RUN_TOO_EARLY: "The run isn't entered in the target yet, so there is nothing to tune. Wait until it has begun.",
  RUN_UNKNOWN: "The target's journal doesn't have the run. Is it another target's?",
  STILL_READING:
    "The run was taken up again, after its workflow was lost or its history had grown long, and hasn't read yet how far it had got. Send the decision again; where the target can't be reached, once it can.",
  STRAGGLERS_SEEN:
    "Statements that use what contract takes away have run, whatever role they ran as: pg_stat_statements counts them. Take out what runs them, wait for as long as it may rest between two calls, and proceed again: each look counts what ran since the one before.",
  STRAGGLERS_UNKNOWN:
    "Nothing, or not everything, is known of the statements that applications run: pg_stat_statements isn't there, can't be read, or was reset. That holds up nothing; the reason and what helps stand in the message and the hint.",
  TARGET_UNREACHABLE:
    "The target is out of reach. A decision that can't be judged without it is refused, and nothing was done: send it again once the target answers. What `status` shows meanwhile is as of the time that it names.",
  UNDER_WAY_IN_TARGET:
    "The run has ended, but the target has it under way: it was restored, or failed over, to an older state. `sluice recover RUN` brings it there to where the run has ended; a completed run, `sluice undo RUN` takes back.",
  VERSION_IN_USE:
    "A role's sessions begin with a version schema that `uninstall` would drop. Put the role back on the tables' own schema first.",
  WAIT_ENDED: "The run ended before it got to what was waited for.",
  WAIT_TIMEOUT: "The time to wait was over first. The run goes on.",
}
