import type { SyncColumn } from "../../domain/backfill.ts"
import { sql, trusted } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"
import { assignmentType } from "../../sql/type-name.ts"

/** Types in which equal values always have equal bytes, so that the cheap `IS DISTINCT FROM` tells the truth. */
const plainTypes: ReadonlySet<string> = new Set([
  "boolean",
  "smallint",
  "integer",
  "bigint",
  "oid",
  "text",
  "character varying",
  "uuid",
  "date",
  "bytea",
  "timestamp without time zone",
  "timestamp with time zone",
  "time without time zone",
])

/**
 * True where values of the type have to be compared by their bytes: json and point have no `=`, that of box compares
 * areas, 1.0 = 1.00, citext and some collations find 'a' = 'A'. An application's write must not go unseen by that.
 */
export function needsByteEquality(type: string, collation: string | null): boolean {
  return collation !== null || !plainTypes.has(type.replace(/\(\d+\)/, ""))
}

/** A condition: the two values of this column differ. NULL is a value like any other; never NULL itself. */
export function differs(column: Pick<SyncColumn, "compareBytes">, left: Sql, right: Sql): Sql {
  return column.compareBytes
    ? sql`ROW(${left})::record OPERATOR(pg_catalog.*<>) ROW(${right})::record`
    : sql`${left} IS DISTINCT FROM ${right}`
}

/** A computed value as it is assigned to its column: a length that it exceeds is an error then, never cut. */
export function assigned({ type, baseType = type }: SyncColumn, value: Sql): Sql {
  // What format_type printed. A cast to a domain would cut as one to the type below it does.
  return sql`(${value})::${assignmentType(trusted(baseType))}`
}

/** A computed value as it stands in its column once assigned, for comparing. */
export function stored(column: SyncColumn, value: Sql): Sql {
  return sql`((${value})::${trusted(column.type)})`
}
