import type { ColumnBond } from "../../domain/column-bond.ts"
import type { RelationName } from "../../domain/relation.ts"
import { ident, qualified, sql } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"

/** A column that is hidden, by both its names. */
interface Hiding {
  readonly relation: RelationName
  readonly hidden: string
}

/**
 * Whether the statements that hide a column take this off it, as `hideColumnSteps` writes them: what the plan found there
 * they name, one by one. What is altered of the whole table is altered of its partitions.
 */
export function takesOff(statements: Sql, { relation, hidden }: Hiding, bond: ColumnBond): boolean {
  const { kind, table, name } = bond
  const alters = (actions: (column: Sql) => Sql): boolean =>
    [table, relation].some((one) =>
      statements.includes(sql`ALTER TABLE ${qualified(one)} ALTER COLUMN ${actions(ident(hidden))}`),
    )
  switch (kind) {
    case "check":
    case "foreign key":
    case "unique":
    case "primary key":
    case "exclude":
      return name !== null && statements.includes(sql`ALTER TABLE ${qualified(table)} DROP CONSTRAINT ${ident(name)};`)
    case "unique index":
      return name !== null && statements.includes(sql`DROP INDEX ${qualified({ schema: table.schema, name })};`)
    case "default":
      return alters((column) => sql`${column} DROP DEFAULT`)
    case "not null":
      return (
        alters((column) => sql`${column} DROP NOT NULL`) ||
        alters((column) => sql`${column} DROP DEFAULT, ALTER COLUMN ${column} DROP NOT NULL`)
      )
    case "domain":
    case "user":
      return false
  }
}

/** The statement that takes it off the column by hand; null where that is somebody else's to know. */
export function takeOff(column: string, { kind, table, name, partitioned }: ColumnBond): Sql | null {
  const alter = sql`ALTER TABLE ${qualified(table)}`
  switch (kind) {
    case "not null":
      return sql`${alter} ALTER COLUMN ${ident(column)} DROP NOT NULL;`
    case "default":
      return sql`${alter} ALTER COLUMN ${ident(column)} DROP DEFAULT;`
    case "domain":
    case "user":
      return null
    case "unique index": {
      if (name === null) return null
      const index = qualified({ schema: table.schema, name })
      return partitioned ? sql`DROP INDEX ${index};` : sql`DROP INDEX CONCURRENTLY ${index};`
    }
    case "check":
    case "foreign key":
    case "unique":
    case "primary key":
    case "exclude":
      return name === null ? null : sql`${alter} DROP CONSTRAINT ${ident(name)};`
  }
}
