/** Codes about what purge takes away and how it comes back, as in error-codes.ts. */
export const wayBackErrorCodes: Readonly<Record<string, string>> = {
  ARCHIVE_DIFFERS:
    "A table's archive isn't equal to it, so nothing is dropped. Put the archive's rows right, then retry; or undo the run.",
  ARCHIVE_MISSING:
    "An archive that the way back needs is gone from the target. Bring it back from a backup of the database, then undo.",
  HIDDEN_DIFFERS:
    "Rows whose hidden columns say something else than their new shape: something was written past the triggers. Put them right as the hint says, then retry.",
  COMES_BACK_LAST:
    "After purge, an undo brings the column back as the table's last one. Have statements name their columns.",
  PURGE_IS_FINAL:
    "The column can't be added again online, so purge ends the way back. Keep that gate closed for as long as it may be needed.",
  PURGE_LOSES_DATA:
    "Without a key, the values can't be archived, and purge drops them for good. Give the table a primary key first.",
  UNDONE_IS_BACK:
    "On the way back, what was undone stands again in the target: it was restored to an older state, or failed over to a server that lacked the undo. The run undoes it again first, and waits at new-writers-gone once more.",
  UNDO_TOO_EARLY: "Nothing is hidden yet, so there is nothing to bring back. `sluice abort RUN` undoes what was done.",
}
