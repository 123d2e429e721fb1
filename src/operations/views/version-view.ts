import type { Grant } from "../../catalog/rights.ts"
import type { RelationName } from "../../domain/relation.ts"
import type { Sql } from "../../sql/sql.ts"

/** One view of a version schema: a table in the shape of that version. */
export interface VersionView {
  readonly view: RelationName
  /** The table whose rows it shows. */
  readonly table: RelationName
  /** In the order in which the version has them. At least one. */
  readonly columns: readonly ViewColumn[]
  /**
   * Whose rights on the table count. `caller`: those of whoever uses the view, exactly as on the table itself, row
   * security included, also when somebody changes them later. `owner`: those of the table's owner, so that what the
   * view itself grants decides alone. Roles with rights on some columns only, or that write without SELECT, need that:
   * PostgreSQL wants SELECT on every column that a view reads.
   */
  readonly rights: "caller" | "owner"
  /** The view's owner, where that has to be another role than ours; else null. */
  readonly owner: string | null
  /** Who may do what with the view; its columns by their names there. */
  readonly grants: readonly Grant[]
}

export interface ViewColumn {
  readonly name: string
  /** The table's column that holds it. */
  readonly physical: string
  /** As the version promises it, as `format_type` prints it. */
  readonly type: string
  /** True where the physical column is of another type: PostgreSQL can't write through such a column. */
  readonly cast: boolean
  /** What an INSERT that doesn't name the column puts there, where that isn't what the table itself would. */
  readonly default: Sql | null
}
