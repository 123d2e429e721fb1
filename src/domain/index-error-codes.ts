/** The part of the list of codes that is about indexes and constraints. */
export const indexErrorCodes: Readonly<Record<string, string>> = {
  BINDS_AT_ONCE:
    "A new constraint or unique index binds old and new applications from its first instant, a unique index while it is being built already. See to it that none writes rows that break it.",
  COLUMN_TWICE: "A key names a column twice. Name each column once.",
  DATA_NOT_CHECKED:
    "Rows can't be looked at beforehand, because what they will hold is another value each time. Whether they comply comes out after the backfill.",
  FOREIGN_PARTITION:
    "A partition is a foreign table, on which no index and no foreign key can be built. Do it for the other partitions one by one.",
  INDEX_METHOD:
    "An index's method can't do what is asked of it (unique, order, several or included columns). Use btree.",
  INDEX_OPTIONS:
    "Storage parameters, or parameters of an operator class, can't be read. Write name = value, with commas between.",
  NOT_IMMUTABLE:
    "An index's expression or condition calls a function that isn't IMMUTABLE, so its result may change. Use another function, or name the time zone.",
  NO_INHERIT_ON_PARTITIONED: "A check of a partitioned table always holds for its partitions. Leave no_inherit out.",
  REFERENCE_UNLOGGED:
    "A foreign key points from a table to one that it outlives, an unlogged one. Make that one logged first.",
  UP_NOT_SUPPORTED:
    "create_constraint can't change values by `up` and `down` yet. Change the rows first; precheck lists those that don't comply.",
}
