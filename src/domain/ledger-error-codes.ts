/** The part of the list of codes that is about the control database and the ledger in it. */
export const ledgerErrorCodes: Readonly<Record<string, string>> = {
  CONTROL_IS_TARGET:
    "A target is the control database. The proof of a change must not lie in what is changed: use two databases.",
  CONTROL_UNREACHABLE:
    "The control database can't be reached, and nothing is done that can't be recorded. Retried; check `control.url` and its server.",
  CONTROL_VERSION:
    "The control database's schema isn't the one that this program works with. A worker of this version brings an older one up to date; for a newer one, update this program.",
  EVIDENCE_TAMPERED:
    "Stored evidence doesn't give its hash: somebody changed the control database. `sluice audit verify` says what else doesn't hold.",
  LEDGER_ANCHOR:
    "The file that holds the ledger's head outside the control database can't be read or written, or is missing. Until it is there a cut tail can't be seen.",
  LEDGER_BROKEN:
    "A ledger entry doesn't follow the one before it: one of the two was replaced. Compare with an export or a backup.",
  LEDGER_CHANGED: "A ledger entry was changed after it was written. Compare with an export or a backup.",
  LEDGER_CUT:
    "The ledger ends before the entry that its anchor knows: its tail was cut off. Compare with an export or a backup.",
  LEDGER_DETAIL:
    "Something can't be recorded in the ledger: more than 64 KiB, or a character that PostgreSQL can't store. Shorten the reason or leave the character out.",
  LEDGER_MISSING: "Ledger entries are missing, or one stands out of place. Compare with an export or a backup.",
  LEDGER_REPLACED:
    "The ledger's entry isn't the one that its anchor knows: the tail was replaced. Compare with an export or a backup.",
  LEDGER_SWAPPED:
    "A ledger entry stands in another place than it was written in: rows were swapped. Compare with an export or a backup.",
}
