import { changeErrorCodes } from "./change-error-codes.ts"
import { indexErrorCodes } from "./index-error-codes.ts"
import { ledgerErrorCodes } from "./ledger-error-codes.ts"
import { settingErrorCodes } from "./setting-error-codes.ts"
import { stackErrorCodes } from "./stack-error-codes.ts"
import { steeringErrorCodes } from "./steering-error-codes.ts"
import { wayBackErrorCodes } from "./way-back-error-codes.ts"

const generalErrorCodes: Readonly<Record<string, string>> = {
  ALREADY_APPLIED:
    "The revision is applied on this target already, so there is nothing to plan. `sluice current` tells what is.",
  ALREADY_EXISTS: "The server has an object of that name already. Choose another name, or find out who created it.",
  APPLIED_REVISION_MISSING:
    "The target has a revision that the migrations folder doesn't have. Bring the folder up to date.",
  ATTEMPT_TIMED_OUT: "Temporal gave an attempt up. See with `sluice doctor` whether a worker polls, then retry.",
  BACKUP_CORRUPT:
    "A backup's file is gone or isn't the one that was written. Don't rely on it; make another and look at the disk.",
  BACKUP_DIFFERS: "Restored, a backup isn't what it was made from. Don't rely on it; make another.",
  BACKUP_DIRECTORY_UNUSABLE:
    "The file system of the worker's machine doesn't let backups be written or read. The message has path and reason; mend it, or name another `backups.directory`, then retry. What may pass by itself is tried again.",
  BACKUP_FAILED:
    "pg_dump or pg_restore failed. The message names the object where that is safe; the tool's own output, in a terminal, tells all.",
  BACKUP_INTERRUPTED: "pg_dump or pg_restore was ended from outside. Retried.",
  BACKUP_OVERTAKEN: "A table was created, renamed or dropped while a backup began. Retried.",
  BAD_ARGUMENT: "An argument of the command can't be used as it stands. `sluice VERB --help` tells what it takes.",
  BUG: "A defect of Sluice. Please report it with the message and the run's audit trail.",
  CHARACTER_NOT_IN_ENCODING:
    "A revision's title or operations have a character that the target's encoding (not UTF8) doesn't have. Write it without.",
  CONNECTION_LOST: "The connection to PostgreSQL ended in the middle. Retried; see the server's log for the cause.",
  DATABASE_UNREACHABLE: "The server doesn't answer. Check host, port, firewall, and that it runs.",
  DATA_CHECK_TOO_SLOW:
    "A check of a table's rows took too long and was given up, so nothing is proven. Try at a quieter time.",
  DATA_REJECTED:
    "A row breaks a constraint, or an expression can't process a row's value. Find such rows and change them or the expression.",
  DEADLOCK: "PostgreSQL ended a deadlock by cancelling our statement. Retried.",
  DEPENDENTS_EXIST:
    "Other objects, which the message names, depend on what was to be dropped. Remove or change them, then try again.",
  DISK_FULL: "The server has no space left. Make space; the step is tried again.",
  DUAL_WRITE_BROKEN:
    "The triggers that keep both shapes equal are missing, disabled, or were touched after the rows were compared. The message says what, the hint what to do; see docs/dual-write.md.",
  EMPTY_REVISION: "A revision has no operations and joins nothing. Write them, or remove the file.",
  FENCED: "A later attempt has taken over the run; an older one may not write any more. Nothing to do.",
  FILE_EXISTS: "A file of that name is there already and isn't overwritten.",
  FILE_NOT_FOUND: "A file that was named isn't there.",
  HOST_NOT_FOUND: "The host name of a connection URL is unknown. Check its spelling and the name service.",
  INVALID_INDEX:
    "An index that a failed concurrent build left behind: it costs writes and answers nothing. Drop or reindex it.",
  JOURNAL_EMPTY:
    "Nothing is recorded as applied, yet the tables seem to be there. `sluice stamp REVISION --target T` records it.",
  JOURNAL_NEWER: "The target's schema sluice was installed by a newer Sluice. Use that one.",
  KNOB_INVALID: "A knob of `sluice tune` that doesn't exist, or a value that it can't have.",
  LOCK_BUDGET:
    "A lock wasn't to be had within limits.lockBudget. The message names who holds it; the hint ends them. Retried.",
  LOCK_TIMEOUT:
    "A lock wasn't free within lock_timeout. Retried within the lock budget; `sluice status` names who is in the way.",
  LONG_TRANSACTION:
    "A transaction has held a lock on the plan's relations for more than a minute and will be in the way.",
  MIGRATIONS_MISSING: "The folder of revisions that sluice.yaml names isn't there.",
  MISSING_PARENT: "A revision names a parent that no file describes. Add the missing file, or mend its parents.",
  NOT_A_REVISION:
    "A file of the migrations folder is passed over. A revision is NAME.yaml, or NAME.up.sql with NAME.down.sql.",
  NOT_CONFIRMED: "A dangerous command wasn't confirmed. Without a terminal, say `--yes`.",
  NOT_IN_REQUIRED_STATE: "The object isn't in the state that the statement needs. The message says which.",
  NOT_SUPPORTED: "This PostgreSQL server doesn't support what was asked.",
  NO_PLAN: "No plan came out. The findings say why.",
  NO_REVISIONS: "The migrations folder holds no revision. `sluice new TITLE` makes the first.",
  NO_SCRATCH:
    "No server on which a backup could be restored as a test. Grant CREATEDB on the target, or name a server in `backups.scratch`.",
  NO_SPACE: "The directory of backups has too little space for what is to be backed up. Make space, or name another.",
  NO_WAY_BACK:
    "The step was done and has no undo; the plan said so. Skip it with a reason, or restore from the backup.",
  NO_WORKER:
    "No worker polls the queues, so nothing was sent: it would wait for hours and then take effect. Start one with `sluice worker`.",
  OBJECT_IN_USE: "Other sessions use the object. Retried.",
  OLD_WRITES_MAY_FAIL:
    "While both shapes are written, `up` runs within the old application's writes: what it can't process, or what the new column refuses, fails them. Have it give a value for everything.",
  PARENT_NOT_APPLIED:
    "A revision is applied, and one that it builds on was undone since. Undo it too where it needs it, or start the missing one.",
  PERMISSION_DENIED: "The role lacks a privilege. `sluice doctor` prints the exact GRANT.",
  PLAN_APPLIED: "A revision of the plan is applied already. Make the plan again.",
  PLAN_CHANGED: "Made again, the plan isn't the one that was looked at. Look at the new one with `sluice plan`.",
  PLAN_TAMPERED:
    "A stored plan doesn't give its hash, so it isn't the plan that was agreed to. Make it anew and find out who changed it.",
  POOLER_NOT_ALLOWED:
    "A target's URL leads through a pooler. Give the server's direct address; applications may keep the pooler.",
  POSTGRES_TOOL_MISSING:
    "A client program of PostgreSQL (pg_dump, pg_restore, …) is missing or older than the server. Install it or set SLUICE_PG_BIN.",
  PRIVILEGE_MISSING: "The role lacks a privilege that a step needs. The hint is the exact GRANT.",
  PROBE_FAILED:
    "A probe fails, or has failed more often in a row than it may. Mend the application; during soak retry, or abort.",
  PROBE_UNANSWERABLE:
    "An SQL probe can't be run: it names something that isn't there, or the role lacks a right. Correct it; till then a backfill goes on without it, and soak fails.",
  RAISED_BY_DATABASE:
    "A function or trigger of the database raised an error of its own. Its text may hold row data, so it is only in the server's log.",
  REPLICA_LAG_UNSEEN:
    "The role can't see how far replicas lag behind, so the backfill won't wait for them. GRANT pg_monitor.",
  REPORT_NOT_WRITTEN: "The run ended well, but its report's file couldn't be written. The ledger has everything.",
  REVISION_CYCLE: "Revisions come after each other in a circle. Remove one of them from the parents of another.",
  REVISION_EDITED:
    "A revision's file was edited after it was applied or stamped. Put it back as it was, and write a new revision.",
  REVISION_NOT_THERE:
    "A revision is to be recorded as applied, and the tables don't have what it makes. Start it, or record it with --unchecked.",
  REVISION_INVALID: "A value in a revision file isn't what its place asks for. The message says where and what.",
  REVISION_SYNTAX: "A revision file is no YAML, or several documents. The message says where.",
  REVISION_UNPAIRED:
    "A file in SQL is neither NAME.up.sql nor the NAME.down.sql of one. Rename it, or add the other half.",
  ROLE_SEARCH_PATH: "A role isn't on its version's schema yet. The hint is the statement that puts it there.",
  ROLE_UNKNOWN:
    "`versions.roles` names a role that doesn't exist, so that its sessions are never found. Correct it, or create the role.",
  RUN_KNOWN:
    "The control database knows the run as under way, so `sluice abort` ends it in order; `recover` is for one it has lost, or that has ended here and not in the target.",
  SCHEMA_TAKEN: "The target has a schema named sluice that isn't Sluice's. Rename it.",
  SERVER_CHANGED: "The server's major version isn't the one that the plan was made for. Make the plan again.",
  SERVER_FAULT:
    "The server met an error of its disk or operating system, or corrupted data. See the server's log before anything else.",
  SERVER_NOT_READY: "The server is starting up, shutting down or recovering. Retried.",
  SERVER_LIMIT:
    "A statement needs more than a setting of the server or of our role allows, such as temp_file_limit. Raise that, then retry.",
  SERVER_OUT_OF_RESOURCES: "The server is out of memory or another resource. Retried.",
  SERVER_READ_ONLY: "The server takes no writes: a standby, perhaps after a failover. Give the primary's address.",
  SERVER_TOO_OLD: "The server's PostgreSQL is older than Sluice supports (15). Upgrade the server.",
  SERVER_UNTRIED: "The server's PostgreSQL is newer than Sluice was tried with. Rehearse the plan on a copy.",
  SESSIONS_LINGER: "Sessions that were told to end go on. Retried; see pg_stat_activity for what they wait for.",
  SEVERAL_DEFAULTS: "A column has more than one of default, generated expression, identity and serial. Keep one.",
  SEVERAL_HEADS:
    "The revisions branch, and it isn't clear which end is meant. Name one, or join them with `sluice merge`.",
  SEVERAL_PRIMARY_KEYS: "A table has more than one primary key. Name all its columns in one place.",
  SHAPE_DIFFERS:
    "A step finds something else in its place: neither the shape before it nor the one after it. Put it right, then retry.",
  SLOT_BEHIND:
    "A replication slot keeps more of the log on disk than limits.maxSlotLag allows: the backfill will rest. Let its consumer catch up, drop the slot, or raise the limit.",
  SLOT_INACTIVE:
    "Nobody reads a replication slot: what the backfill writes stays on disk. Start its consumer or drop it.",
  SLOT_LOST: "A replication slot has lost the log that its consumer needs. Drop it and set the consumer up again.",
  STATEMENT_CANCELLED: "A statement was cancelled by its timeout or by a person. Retried.",
  STEP_NOT_EFFECTIVE:
    "A step ran without an error but its effect isn't there, for instance because of an event trigger.",
  STRICT_ISOLATION:
    "Transactions there keep one snapshot (repeatable read, serializable): updating a row that the backfill has filled since fails with 40001, and the application has to try again, as it has to at that level anyway.",
  TAKE_OVER: "Sessions of an earlier attempt don't end though they were told to. Retried.",
  TARGET_DIFFERS:
    "The worker's connection leads to another database than the terminal's that started the run. Nothing was touched there; give both the same.",
  TARGET_WENT_BACK:
    "The target lacks what the run has done: it was restored to an older state, or failed over to a server without the last commits. Bring the newer one back and retry, or abort (undo from contract on).",
  THROTTLE_UNSEEN:
    "A sign of the server's load can't be read, so the backfill won't heed it. The hint tells what would let it be read.",
  TOOL_TOO_OLD:
    "pg_dump or pg_restore is older than the server or the file. Install the newest client programs; SLUICE_PG_BIN names their folder.",
  TYPE_MISMATCH: "A value has another type than the column or function wants. Add a cast.",
  TYPE_SYNTAX:
    "A type's name can't be read. Write it as PostgreSQL does: varchar(100), timestamptz, my_schema.my_type.",
  UNKNOWN_BACKUP: "The register has no backup of this name. `sluice backup list` names them all.",
  UNKNOWN_COMMAND: "There is no such verb. `sluice --help` lists them.",
  UNKNOWN_DATABASE: "The server has no database of that name.",
  UNKNOWN_KEY: "A key that isn't known there, probably mistyped. The hint names the nearest known one.",
  UNKNOWN_OBJECT: "No type, role or other object of that name. Qualify its name: search_path is pg_catalog alone.",
  UNKNOWN_OPTION: "There is no such option. `sluice VERB --help` lists them.",
  UNKNOWN_PLAN: "No stored plan has this hash. `sluice plan` prints the hash of the plan that it made.",
  UNKNOWN_RELATION: "No table or view of that name.",
  UNKNOWN_REVISION: "No revision of that name, or several that begin so. `sluice history` lists them.",
  UNKNOWN_TARGET: "sluice.yaml names no such target.",
  VERIFY_MISMATCH:
    "Rows whose old and new shape don't agree. Their keys are listed with the run; put them right, then retry.",
  VERIFY_UNFILLED: "Rows that aren't filled after the backfill: something wrote past the triggers.",
  VERSIONS_OFF: "The target does without version views. `versions: {schemas: true}` in sluice.yaml asks for them.",
  WRONG_ANSWER: "The demo's application was given another value than the one it was told is stored.",
  WRONG_PASSWORD: "The server refuses user or password. Check both, and pg_hba.conf for this address and database.",
}

const parts: readonly Readonly<Record<string, string>>[] = [
  generalErrorCodes,
  changeErrorCodes,
  indexErrorCodes,
  ledgerErrorCodes,
  settingErrorCodes,
  stackErrorCodes,
  steeringErrorCodes,
  wayBackErrorCodes,
]

/**
 * Every code that a finding or an error may bear, with what it means and what to do. One list: the reference in
 * docs/ is generated from it, and a test sees to it that no code is used that isn't here.
 */
export const errorCodes: Readonly<Record<string, string>> = Object.fromEntries(
  parts.flatMap((part) => Object.entries(part)).toSorted(([a], [b]) => (a < b ? -1 : 1)),
)
