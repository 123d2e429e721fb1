import type { ColumnName, RelationName } from "./relation.ts"

/** What a plan's contract takes from applications, as far as a statement's text can show that it still uses it. */
export interface OldShape {
  /** Columns that nobody finds under that name any more. Those whose name the new shape has as well are not among them. */
  readonly columns: readonly ColumnName[]
  /** Version schemas that contract hides: whatever is named in them is the old shape's. */
  readonly schemas: readonly string[]
  /** Other relations with a column of such a name: one that is named beside them without its table is theirs. */
  readonly elsewhere: readonly ColumnName[]
  /** Every relation that outlives a session. Of any other, such as a temporary table, nobody knows the columns. */
  readonly known: readonly RelationName[]
}
