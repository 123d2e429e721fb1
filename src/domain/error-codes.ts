import { indexErrorCodes } from "./index-error-codes.ts"
import { ledgerErrorCodes } from "./ledger-error-codes.ts"
import { stackErrorCodes } from "./stack-error-codes.ts"
import { steeringErrorCodes } from "./steering-error-codes.ts"

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
  BACKUP_FAILED:
    "pg_dump or pg_restore failed. The message names the object where that is safe; the tool's own output, in a terminal, tells all.",
  BACKUP_INTERRUPTED: "pg_dump or pg_restore was ended from outside. Retried.",
  BAD_ARGUMENT: "An argument of the command can't be used as it stands. `sluice VERB --help` tells what it takes.",
  BINDS_OLD_APPLICATION:
    "A new promise of a column binds the old application too. Give `up`, with version views, where that one may still break it.",
  BUG: "A defect of Sluice. Please report it with the message and the run's audit trail.",
  CALLS_FUNCTION:
    "Applications will call a function of yours with each write, with their own rights. Grant them EXECUTE on it.",
  CHECK_VIOLATED:
    "Rows would violate a new check. `sluice status` tells where their keys are; change the rows, the expression or the check.",
  COLUMN_DISAPPEARS:
    "From contract on, statements that name the column fail. Have every application off it before that gate.",
  COLUMN_EXISTS:
    "A column of that name is there already, or named twice. Choose another name, or alter the column that is there.",
  COLUMN_IN_KEY:
    "The column takes part in a key or exclusion constraint that can't be brought back online. Give the table another one first.",
  COLUMN_IN_USE:
    "A view, generated column, policy, trigger, foreign key or partition key uses the column. Change that first, in a revision of its own.",
  COLUMN_IS_COPIED:
    "Without version views a renamed column is copied row by row. With them the rename takes milliseconds.",
  CONFIG_INVALID: "sluice.yaml has mistakes. All of them are listed with their lines; nothing was done.",
  CONFIG_MISSING: "`sluice.yaml` lacks something that is needed.",
  CONFIG_NOT_FOUND: "There is no sluice.yaml here or above. `sluice init` writes one, `--config` names one elsewhere.",
  CONFIG_SECRET_FILE: "A secret is to be read from a file that can't be read. Check its path and permissions.",
  CONFIG_SYNTAX: "`sluice.yaml` is not valid YAML, or has a key twice.",
  CONFIG_UNKNOWN_KEY: "A key of `sluice.yaml` is not known. The hint names the nearest known one.",
  CONFIG_VALUE: "A value of `sluice.yaml` isn't what it must be. The message says what that is.",
  CONFIG_VARIABLE_UNSET:
    "`sluice.yaml` uses an environment variable that is not set. Set it, or write `${NAME:-default}`.",
  CONNECTION_LOST: "The connection to PostgreSQL ended in the middle. Retried; see the server's log for the cause.",
  CONNECTION_URL_INVALID:
    "A connection URL can't be used as it stands. Write postgresql://user:password@host:port/database, special characters as %XX.",
  CONSTRAINT_EXISTS: "A constraint or index of that name is there already, or named twice. Choose another name.",
  DATABASE_UNREACHABLE: "The server doesn't answer. Check host, port, firewall, and that it runs.",
  DATA_CHECK_TOO_SLOW:
    "A check of a table's rows took too long and was given up, so nothing is proven. Try at a quieter time.",
  DATA_REJECTED:
    "A row breaks a constraint, or an expression can't process a row's value. Find such rows and change them or the expression.",
  DEADLOCK: "PostgreSQL ended a deadlock by cancelling our statement. Retried.",
  DEPENDENTS_EXIST: "Other objects depend on what was to be dropped. Remove or change them first.",
  DISK_FULL: "The server has no space left. Make space; the step is tried again.",
  DOWN_NOT_POSSIBLE: "The database itself computes the column, so `down` can't. Leave `down` out.",
  DOWN_REQUIRED:
    "Without `down`, applications that no longer know the column could insert nothing. Say how it is computed from the new shape.",
  DUAL_WRITE_ACTIVE: "Another run's dual write is still on the table. Finish or abort that run first.",
  DUPLICATE_REVISION: "Two revisions have the same id. Give one of them another.",
  DUPLICATE_VALUES: "Rows would hold the same value under a new unique constraint. Change the rows or the expression.",
  EXPRESSION_NOT_ALLOWED:
    "The text is SQL, but not one value expression over a row's columns: a subquery, an aggregate, a parameter, several statements. Move a lookup into a function and call that.",
  EXPRESSION_SYNTAX: "PostgreSQL's parser can't read the expression. The message says where.",
  FENCED: "A later attempt has taken over the run; an older one may not write any more. Nothing to do.",
  FILE_EXISTS: "A file of that name is there already and isn't overwritten.",
  FILE_NOT_FOUND: "A file that was named isn't there.",
  FOREIGN_COLUMN:
    "An expression reads a column of another table. Only columns of the same row can be read; move a lookup into a function.",
  FOREIGN_KEY_ON_PARTITIONED:
    "Before PostgreSQL 18 a column of a partitioned table can't bring its foreign key. Add it by create_constraint.",
  GENERATED_COLUMN: "A generated or identity column would rewrite the table under lock. Add a plain column with `up`.",
  HIDDEN_COLUMNS_KEPT:
    "An earlier run still keeps hidden columns that are computed from this table's others. Let it through its purge gate, or undo it.",
  HOST_NOT_FOUND: "The host name of a connection URL is unknown. Check its spelling and the name service.",
  IDENTIFIER_TOO_LONG: "A name has more than 63 bytes; PostgreSQL would cut it in silence. Use a shorter one.",
  INDEX_GOES_WITH_COLUMN:
    "An index of several columns goes with one of them when that is dropped. Create one on the others where queries need it.",
  INHERITED_TABLE:
    "Tables inherit from this one, and triggers would miss their rows. End the inheritance, or use partitions.",
  INVALID_INDEX:
    "An index that a failed concurrent build left behind: it costs writes and answers nothing. Drop or reindex it.",
  JOURNAL_NEWER: "The target's schema sluice was installed by a newer Sluice. Use that one.",
  KNOB_INVALID: "A knob of `sluice tune` that doesn't exist, or a value that it can't have.",
  LIMIT_EXCEEDED:
    "A limit of PostgreSQL was passed (row size, number of columns, depth of a statement). Make it smaller.",
  LOCK_BUDGET:
    "A lock wasn't to be had within limits.lockBudget. The message names who holds it; the hint ends them. Retried.",
  LOCK_TIMEOUT:
    "A lock wasn't free within lock_timeout. Retried within the lock budget; `sluice status` names who is in the way.",
  LONG_TRANSACTION:
    "A transaction has held a lock on the plan's relations for more than a minute and will be in the way.",
  MIGRATIONS_MISSING: "The folder of revisions that sluice.yaml names isn't there.",
  MISSING_PARENT: "A revision names a parent that no file describes. Add the missing file, or mend its parents.",
  NOTHING_TO_CHANGE: "The operation says nothing of what shall change.",
  NOTHING_TO_MERGE: "The revisions have one head already, or none.",
  NOT_A_REVISION:
    "A file of the migrations folder is passed over. A revision is NAME.yaml, or NAME.up.sql with NAME.down.sql.",
  NOT_A_TABLE: "The name belongs to a view, foreign table, sequence or index. Name the table itself.",
  NOT_COMPARABLE: "An expression gives another value each time, so verify can only see that every row is filled.",
  NOT_CONFIRMED: "A dangerous command wasn't confirmed. Without a terminal, say `--yes`.",
  NOT_IN_REQUIRED_STATE: "The object isn't in the state that the statement needs. The message says which.",
  NOT_NULL_WITHOUT_VALUE:
    "A required column has no value for the rows that exist. Give `up` or `default`, or set `nullable: true`.",
  NOT_SUPPORTED: "This PostgreSQL server doesn't support what was asked.",
  NO_KEY:
    "A table has no key that ranges could follow. Changes of it are slower, and rows are listed by their place. Add a primary key.",
  NO_PLAN: "No plan came out. The findings say why.",
  NO_REVISIONS: "The migrations folder holds no revision. `sluice new TITLE` makes the first.",
  NO_SCRATCH:
    "No server on which a backup could be restored as a test. Grant CREATEDB on the target, or name a server in `backups.scratch`.",
  NO_SPACE: "The directory of backups has too little space for what is to be backed up. Make space, or name another.",
  NO_VERSION_VIEWS:
    "The new version gets views, but the old one has none: its applications feel what happens to the tables. `sluice stamp --views` makes them.",
  NO_WAY_BACK:
    "The step was done and has no undo; the plan said so. Skip it with a reason, or restore from the backup.",
  NO_WORKER:
    "No worker polls the queues, so nothing was sent: it would wait for hours and then take effect. Start one with `sluice worker`.",
  OBJECT_IN_USE: "Other sessions use the object. Retried.",
  OPERATION_INVALID: "An operation's input isn't of the shape that it takes. The message names the part.",
  PARTITIONED_CONSTRAINT:
    "PostgreSQL can't add this constraint to a partitioned table without stopping writers. Drop it first, in a revision of its own.",
  PARTITION_CHILD: "The table is a partition: its columns are those of its parent. Change the parent.",
  PERMISSION_DENIED: "The role lacks a privilege. `sluice doctor` prints the exact GRANT.",
  PLAN_APPLIED: "A revision of the plan is applied already. Make the plan again.",
  PLAN_CHANGED: "Made again, the plan isn't the one that was looked at. Look at the new one with `sluice plan`.",
  PLAN_TAMPERED:
    "A stored plan doesn't give its hash, so it isn't the plan that was agreed to. Make it anew and find out who changed it.",
  POOLER_NOT_ALLOWED:
    "A target's URL leads through a pooler. Give the server's direct address; applications may keep the pooler.",
  POSTGRES_TOOL_MISSING:
    "A client program of PostgreSQL (pg_dump, pg_restore, …) is missing or older than the server. Install it or set SLUICE_PG_BIN.",
  PREPARED_SELECT_STAR:
    "A connection that has prepared SELECT * on a table fails once the table has another column. Have statements name their columns.",
  PREPARED_TRANSACTION:
    "A prepared transaction is open; concurrent index builds wait for it without end. Commit it or roll it back.",
  PRIMARY_KEY_COLUMN: "A primary key can't be added together with a column. Add the column as unique first.",
  PRIVILEGE_MISSING: "The role lacks a privilege that a step needs. The hint is the exact GRANT.",
  PROBE_FAILED:
    "A probe fails, or has failed more often in a row than it may. Mend the application; during soak retry, or abort.",
  PROBE_UNANSWERABLE:
    "An SQL probe can't be run: it names something that isn't there, or the role lacks a right. Correct it; till then a backfill goes on without it, and soak fails.",
  RAISED_BY_DATABASE:
    "A function or trigger of the database raised an error of its own. Its text may hold row data, so it is only in the server's log.",
  READS_GENERATED_COLUMN:
    "An expression reads a generated column, which has no value yet when triggers run. Write out what generates it.",
  READS_NEW_COLUMN: "`up` reads the column that it shall compute. It sees the table as it is before the plan.",
  REFERENCED_ROW_MISSING:
    "Rows would point to a row that the other table of a foreign key does not have. Add the missing rows, or have `up` give NULL.",
  REFERENCE_MISMATCH:
    "A foreign key names more columns on one side than on the other, or columns to set that it doesn't.",
  REFERENCE_NOT_UNIQUE:
    "A foreign key points to columns that are no key. Point to the primary key or to unique columns.",
  REPLICA_IDENTITY: "The column may be part of the table's replica identity. Choose another index for that first.",
  REPLICA_LAG_UNSEEN:
    "The role can't see how far replicas lag behind, so the backfill won't wait for them. GRANT pg_monitor.",
  REPORT_NOT_WRITTEN: "The run ended well, but its report's file couldn't be written. The ledger has everything.",
  RESERVED_NAME:
    "Names that begin with _sluice, the schema sluice and PostgreSQL's own names are taken. Choose another name.",
  REVISION_CYCLE: "Revisions come after each other in a circle. Remove one of them from the parents of another.",
  REVISION_INVALID: "A value in a revision file isn't what its place asks for. The message says where and what.",
  REVISION_SYNTAX: "A revision file is no YAML, or several documents. The message says where.",
  REVISION_UNPAIRED:
    "A file in SQL is neither NAME.up.sql nor the NAME.down.sql of one. Rename it, or add the other half.",
  ROLE_SEARCH_PATH:
    "The role of a version is not on its version schema yet. The hint is the statement for it; sessions that are open keep what they began with.",
  ROLE_UNKNOWN: "`versions.roles` names a role that does not exist. Correct it, or create the role.",
  ROW_MISSING: "The demo's application found a row gone that it was told is there.",
  ROW_SECURITY_FORCED:
    "Row-level security is forced on the table's owner, so that some rows couldn't be filled. Lift FORCE for the length of the run.",
  ROW_SECURITY_HIDES_ROWS:
    "Row security keeps rows from Sluice's role, so nothing is proven about those. Run the GRANT or ALTER ROLE of the hint.",
  ROW_TYPE_USED: "Something uses the table's row type and may fail once a column is added. Check it.",
  SCHEMA_TAKEN: "The target has a schema named sluice that isn't Sluice's. Rename it.",
  SERIALIZATION_FAILURE: "Two transactions couldn't be put in an order. Retried.",
  SERIAL_COLUMN: "A serial column would rewrite the table under lock. Add it with `up`, then set its default.",
  SERVER_CHANGED: "The server's major version isn't the one that the plan was made for. Make the plan again.",
  SERVER_FAULT:
    "The server met an error of its disk or operating system, or corrupted data. See the server's log before anything else.",
  SERVER_NOT_READY: "The server is starting up, shutting down or recovering. Retried.",
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
  SQL_EMPTY: "A script of an `sql` operation holds no statement. Leave it out, or write one.",
  SQL_MIXED_TRANSACTION:
    "A statement that can't run in a transaction stands beside others. Put it into a revision of its own.",
  SQL_NOT_ALLOWED:
    "The statement concerns the server or Sluice's own schema, or nobody could tell after a crash whether it was done. Run it by hand.",
  SQL_NOT_TRANSACTIONAL:
    "Contract is one transaction, in which the statement can't run. Put it into `up`, or into a revision of its own.",
  SQL_NO_UNDO: "A change in raw SQL has no way back. Write `down`, or accept it knowingly.",
  SQL_REFUSED: "PostgreSQL refuses a statement. The message names what is wrong with it.",
  SQL_SYNTAX: "PostgreSQL can't parse a statement.",
  START_EARLIER_FIRST:
    "An operation builds on what an earlier one of the same plan creates or changes. Start that revision first.",
  STATEMENT_CANCELLED: "A statement was cancelled by its timeout or by a person. Retried.",
  STEP_NOT_EFFECTIVE:
    "A step ran without an error but its effect isn't there, for instance because of an event trigger.",
  TABLE_EXISTS: "The new table's name is taken by another relation. Choose another name.",
  TAKE_OVER: "Sessions of an earlier attempt don't end though they were told to. Retried.",
  TARGET_NOT_NAMED: "There are several targets, and none was named. `--target` names one.",
  TEMPORAL_PROFILE: "Temporal's own configuration (TEMPORAL_* variables and profiles) can't be read.",
  TEMPORAL_UNREACHABLE: "Temporal doesn't answer. `sluice dev` starts one; else check `temporal.address`.",
  TEMPORARY_TABLE: "A temporary table belongs to one session and can't be changed by a run.",
  THROTTLE_UNSEEN:
    "A sign of the server's load can't be read, so the backfill won't heed it. The hint tells what would let it be read.",
  TLS_FAILED: "No encrypted connection came about. Check sslmode, sslrootcert and the server's certificate.",
  TOOL_TOO_OLD:
    "pg_dump or pg_restore is older than the server or the file. Install the newest client programs; SLUICE_PG_BIN names their folder.",
  TOO_MANY_COLUMNS: "The table would pass PostgreSQL's limit of 1600 columns. Drop columns, or split the table.",
  TOO_MANY_CONNECTIONS: "The server has no free connection. Raise max_connections or free some.",
  TRIGGERS_FIRE: "The backfill will fire the application's triggers for every row, because it may not pass them by.",
  TRIGGER_READS_COLUMN:
    "Functions of the table's triggers may name the column that is renamed. Have them read the new name before the contract gate.",
  TRIGGER_SORTS_LATER:
    "A trigger of yours fires after ours; what it changes isn't carried over to new columns. Rename it to sort before ~.",
  TYPE_MISMATCH: "A value has another type than the column or function wants. Add a cast.",
  TYPE_SYNTAX:
    "A type's name can't be read. Write it as PostgreSQL does: varchar(100), timestamptz, my_schema.my_type.",
  UNIQUE_ON_PARTITIONED: "What is unique in a partitioned table must include its partition key, by create_index.",
  UNKNOWN_BACKUP: "The register has no backup of this name. `sluice backup list` names them all.",
  UNKNOWN_COLUMN: "No column of that name. Check its spelling and the table.",
  UNKNOWN_COMMAND: "There is no such verb. `sluice --help` lists them.",
  UNKNOWN_DATABASE: "The server has no database of that name.",
  UNKNOWN_FUNCTION:
    "No function or operator of that name takes these types. Qualify its name: search_path is pg_catalog alone.",
  UNKNOWN_KEY: "A key that isn't known there, probably mistyped. The hint names the nearest known one.",
  UNKNOWN_OBJECT: "No type, role or other object of that name. Qualify its name: search_path is pg_catalog alone.",
  UNKNOWN_OPERATION: "An operation that Sluice doesn't know, probably mistyped. The hint names the nearest known one.",
  UNKNOWN_OPTION: "There is no such option. `sluice VERB --help` lists them.",
  UNKNOWN_PLAN: "No stored plan has this hash. `sluice plan` prints the hash of the plan that it made.",
  UNKNOWN_RELATION: "No table or view of that name.",
  UNKNOWN_REVISION: "No revision of that name, or several that begin so. `sluice history` lists them.",
  UNKNOWN_SCHEMA: "No schema of that name.",
  UNKNOWN_TABLE: "No table of that name. A plain name is looked for in the target's first schema.",
  UNKNOWN_TARGET: "sluice.yaml names no such target.",
  UP_REQUIRED: "A change of type needs `up`, which computes the new value from the old one.",
  VALUE_IS_NULL:
    "Rows would hold NULL in a column that doesn't allow it. Have `up` give a value, mend the rows, or set `nullable: true`.",
  VALUE_TOO_LONG: "Rows would hold values longer than the column's type. Use a longer type, or cut them in `up`.",
  VERIFY_MISMATCH:
    "Rows whose old and new shape don't agree. Their keys are listed with the run; put them right, then retry.",
  VERIFY_UNFILLED: "Rows that aren't filled after the backfill: something wrote past the triggers.",
  VERSIONS_OFF: "The target does without version views. `versions: {schemas: true}` in sluice.yaml asks for them.",
  VERSION_COLUMN_READ_ONLY:
    "A version view has to convert a column to another type, and PostgreSQL cannot write through such a column.",
  VERSION_NOT_PRESENT:
    "Version views show the tables as they are, and these have moved on from the revision. Stamp the present one.",
  VERSION_PARTIAL_RIGHTS:
    "A table with row-level security has roles that may not read all of it; its version view refuses them. Grant them SELECT.",
  VERSION_SCHEMA_READY:
    "A version schema is there. Put the role of its applications on it with the statement in the hint.",
  VERSION_SCHEMA_TAKEN:
    "A version schema would bear the name of a schema that is there already. Rename that one, or the revision.",
  VERSION_VIEWS_REQUIRED:
    "Old and new applications need the same name for two different columns, which only version views can give. Set versions.schemas: true for the target.",
  VERSION_VIEW_IN_THE_WAY:
    "Raw SQL would change what a version view reads, and PostgreSQL refuses that. Use the operation for it.",
  VERSION_VIEW_LEFT_OUT:
    "Raw SQL changes the columns of a table, so the new version has no view of it: it is found in the schema itself.",
  WRONG_ANSWER: "The demo's application was given another value than the one it was told is stored.",
  WRONG_PASSWORD: "The server refuses user or password. Check both, and pg_hba.conf for this address and database.",
}

/**
 * Every code that a finding or an error may bear, with what it means and what to do. One list: the reference in
 * docs/ is generated from it, and a test sees to it that no code is used that isn't here.
 */
export const errorCodes: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({
    ...generalErrorCodes,
    ...indexErrorCodes,
    ...ledgerErrorCodes,
    ...stackErrorCodes,
    ...steeringErrorCodes,
  }).toSorted(([a], [b]) => (a < b ? -1 : 1)),
)
