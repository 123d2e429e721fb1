/** The part of the list of codes that is about what a plan would change, and what stands against it. */
export const changeErrorCodes: Readonly<Record<string, string>> = {
  BINDS_OLD_APPLICATION:
    "A new promise of a column binds the old application too. Give `up`, with version views, where that one may still break it.",
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
    "A view, rule, generated column, policy, trigger, foreign key, publication or partition key uses the column, of the table or of a partition. Change that first, in a revision of its own.",
  COLUMN_IS_COPIED:
    "Without version views a renamed column is copied row by row. With them the rename takes milliseconds.",
  CONSTRAINT_EXISTS: "A constraint or index of that name is there already, or named twice. Choose another name.",
  DEFAULT_MISMATCH:
    "PostgreSQL doesn't make a column's default a value of its type by itself. Where the type changes, name the default of the new shape, or none (`default: null`); else write it in that type.",
  DEPENDS_ON_SETTING:
    "An expression's value depends on a setting that each session has its own of. Name what is meant: to_tsvector('english', name) instead of to_tsvector(name), numeric instead of money.",
  DOMAIN_DEFAULT:
    "The new column's type is a domain whose default is another value each time, so that nobody can tell whether an INSERT named the column. Take the type below it, or the default from the domain.",
  DOMAIN_FORBIDS_NULL:
    "The column's type is a domain that allows no NULL, which the column may have to hold while it is hidden, or until it is filled. Give it another type, or the NOT NULL to the column instead of the domain.",
  DOMAIN_REWRITES:
    "PostgreSQL writes the whole table anew under lock when a column of a domain with a check is added. Take the type below it, and give the column the check.",
  DOWN_NOT_POSSIBLE: "The database itself computes the column, so `down` can't. Leave `down` out.",
  DOWN_REQUIRED:
    "Without `down`, applications that no longer know the column could insert nothing. Say how it is computed from the new shape.",
  DUAL_WRITE_ACTIVE: "Another run's dual write is still on the table. Finish or abort that run first.",
  DUPLICATE_REVISION: "Two revisions have the same id. Give one of them another.",
  DUPLICATE_VALUES: "Rows would hold the same value under a new unique constraint. Change the rows or the expression.",
  EXPRESSION_NOT_ALLOWED:
    "The text is SQL, but not one value expression over a row's columns: a subquery, an aggregate, a parameter, several statements. Move a lookup into a function and call that.",
  EXPRESSION_SYNTAX: "PostgreSQL's parser can't read the expression. The message says where.",
  FOREIGN_COLUMN:
    "An expression reads a column of another table. Only columns of the same row can be read; move a lookup into a function.",
  FOREIGN_KEY_ON_PARTITIONED:
    "Before PostgreSQL 18 a column of a partitioned table can't bring its foreign key. Add it by create_constraint.",
  FUNCTION_NEEDS_PATH:
    "A function that `up` or `down` calls has no search_path of its own, and triggers call it under pg_catalog, where it may not find the names in its body. Give it one: ALTER FUNCTION … SET search_path.",
  FUNCTION_READS_COLUMN:
    "Functions name the table and a column that is renamed, dropped or given another type, as words: PostgreSQL doesn't know what they read. Have those that mean the column do without it, or with both types, before the contract gate.",
  GENERATED_COLUMN: "A generated or identity column would rewrite the table under lock. Add a plain column with `up`.",
  HIDDEN_COLUMNS_KEPT:
    "An earlier run still keeps hidden columns that are computed from this table's others. Let it through its purge gate (`sluice proceed RUN --gate purge` ends its keep early), or undo it.",
  IDENTIFIER_TOO_LONG: "A name has more than 63 bytes; PostgreSQL would cut it in silence. Use a shorter one.",
  INDEX_GOES_WITH_COLUMN:
    "An index of several columns goes with one of them when that is dropped. Create one on the others where queries need it.",
  INHERITED_TABLE:
    "Tables inherit from this one, and triggers would miss their rows. End the inheritance, or use partitions.",
  INHERITING_TABLE:
    "The table inherits from another one, whose changes come down to it in the middle of a run. End the inheritance, or use partitions.",
  NEW_WRITES_MAY_FAIL:
    "Until contract `down` runs within each write of the new application, and may fail it: by a value that it can't process, or a result that the old column refuses. Have it give a value for whatever that application may write.",
  NOTHING_TO_CHANGE: "The operation says nothing of what shall change.",
  NOTHING_TO_MERGE: "The revisions have one head already, or none.",
  NOT_A_TABLE: "The name belongs to a view, foreign table, sequence or index. Name the table itself.",
  NOT_COMPARABLE: "An expression gives another value each time, so verify can only see that every row is filled.",
  NOT_NULL_WITHOUT_VALUE:
    "A required column has no value for the rows that exist. Give `up` or `default`, or set `nullable: true`.",
  NO_KEY:
    "A table has no key that ranges could follow. Changes of it are slower, and rows are listed by their place. Add a primary key.",
  NO_VERSION_VIEWS:
    "The new version gets views, but the old one has none: its applications feel what happens to the tables. `sluice stamp --views` makes them.",
  OPERATION_INVALID: "An operation's input isn't of the shape that it takes. The message names the part.",
  PARTITIONED_CONSTRAINT:
    "PostgreSQL can't add this constraint to a partitioned table without stopping writers. Drop it first, in a revision of its own.",
  PARTITION_CHILD: "The table is a partition: its columns are those of its parent. Change the parent.",
  PARTITION_HAS_OWN:
    "Only a partition has something on the column (a check, an index, NOT NULL, a default) that would be lost. Give it to the whole table, or take it away for the length of the run.",
  PREPARED_SELECT_STAR:
    "A connection that has prepared SELECT * on a table fails once the table has another column. Have statements name their columns.",
  PREPARED_TRANSACTION:
    "A prepared transaction is open; concurrent index builds wait for it without end. Commit it or roll it back.",
  PRIMARY_KEY_COLUMN: "A primary key can't be added together with a column. Add the column as unique first.",
  READS_GENERATED_COLUMN:
    "An expression reads a generated column, which has no value yet when triggers run. Write out what generates it.",
  READS_NEW_COLUMN: "`up` reads the column that it shall compute. It sees the table as it is before the plan.",
  REFERENCED_ROW_MISSING:
    "Rows would point to a row that the other table of a foreign key does not have. Add the missing rows, or have `up` give NULL.",
  REFERENCE_MISMATCH:
    "A foreign key names more columns on one side than on the other, or columns to set that it doesn't.",
  REFERENCE_NOT_UNIQUE:
    "A foreign key points to columns that are no key. Point to the primary key or to unique columns.",
  REPLICA_IDENTITY:
    "Replication tells the table's rows apart by an index over the column, which goes once that is hidden: every UPDATE and DELETE that is published would fail. Give the table another REPLICA IDENTITY first.",
  REPLICA_IDENTITY_MISSING:
    "A publication sends the table's updates, and nothing tells its rows apart for that, so that PostgreSQL refuses them. Give it a REPLICA IDENTITY, or take it out of the publication.",
  REQUIRED_FROM_CONTRACT:
    "A new required column without a default is computed for applications that don't know it until contract, and no longer after that. Have all of them write it by then.",
  RESERVED_NAME:
    "Names that begin with _sluice, the schema sluice and PostgreSQL's own names are taken. Choose another name.",
  ROW_MISSING: "The demo's application found a row gone that it was told is there.",
  ROW_SECURITY_FORCED:
    "Row-level security is forced on the table's owner, so that some rows couldn't be filled. Lift FORCE for the length of the run.",
  ROWS_STAY_UNFILLED:
    "A backfill fills nothing any more, though rows are left: a trigger or a rule keeps an UPDATE from them, or others hold them each time. Remove that, then retry.",
  ROW_SECURITY_HIDES_ROWS:
    "Row security keeps rows from Sluice's role, so that nothing is proven about them, and none is filled. No GRANT on the table helps: do what the hint says.",
  ROW_TYPE_USED: "Something uses the table's row type and may fail once a column is added. Check it.",
  SERIALIZATION_FAILURE: "Two transactions couldn't be put in an order. Retried.",
  SERIAL_COLUMN: "A serial column would rewrite the table under lock. Add it with `up`, then set its default.",
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
    "An operation builds on what another one of the same plan creates or moves. Start the revision first that the hint names.",
  SUBSCRIBER_STOPS:
    "A publication sends the table with every column, and it gets new ones: a logical subscriber that lacks them stops at the first row, and its slot keeps the log. Add them there first.",
  TABLE_EXISTS: "The new table's name is taken by another relation. Choose another name.",
  STAYS_WITH_OLD_COLUMN:
    "A column gets a second one that takes its place, without its extended statistics or mark of CLUSTER. Make them anew once contracted.",
  TEMPORARY_TABLE: "A temporary table belongs to one session and can't be changed by a run.",
  TOO_MANY_COLUMNS: "The table would pass PostgreSQL's limit of 1600 columns. Drop columns, or split the table.",
  TOO_MANY_CONNECTIONS: "The server has no free connection. Raise max_connections or free some.",
  TRIGGERS_FIRE: "The backfill will fire the application's triggers for every row, because it may not pass them by.",
  TRIGGER_COPIES_ROW:
    "A trigger of yours inserts NEW.* or OLD.* into another table, which a new column breaks. Have its function name the columns.",
  TRIGGER_READS_COLUMN:
    "Functions of triggers of the table, or of a partition, may name the column that is renamed, dropped or altered. Have them do without it, or with NULL in it, before the contract gate.",
  TRIGGER_SORTS_LATER:
    "A trigger of yours fires after ours; what it changes isn't carried over to new columns. Rename it to sort before ~.",
  TYPED_TABLE:
    "The table has its columns from a type (CREATE TABLE … OF), so none can be added, renamed or dropped. ALTER TABLE … NOT OF gives it columns of its own.",
  UNIQUE_ON_PARTITIONED: "What is unique in a partitioned table must include its partition key, by create_index.",
  UNKNOWN_COLUMN: "No column of that name. Check its spelling and the table.",
  UNKNOWN_FUNCTION:
    "No function or operator of that name takes these types. Qualify its name: search_path is pg_catalog alone.",
  UNKNOWN_OPERATION: "An operation that Sluice doesn't know, probably mistyped. The hint names the nearest known one.",
  UNKNOWN_SCHEMA: "No schema of that name.",
  UNKNOWN_TABLE: "No table of that name. A plain name is looked for in the target's first schema.",
  UP_REQUIRED: "A change of type needs `up`, which computes the new value from the old one.",
  VALUE_IS_NULL:
    "Rows would hold NULL in a column that doesn't allow it. Have `up` give a value, mend the rows, or set `nullable: true`.",
  VALUE_TOO_LONG: "Rows would hold values longer than the column's type. Use a longer type, or cut them in `up`.",
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
  WHOLE_ROW_CHECK:
    "A check reads the table's rows as a whole, and would be given the hidden column under a name that it doesn't know. Have it name the columns that it is about.",
}
