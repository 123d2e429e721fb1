import { displayName } from "../../domain/relation.ts"
import type { SqlStep } from "../../domain/step.ts"
import { ident, none, qualified, sql, trusted } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"
import { columnExists, columnGone, observation } from "../observe.ts"
import { sqlStep } from "../sql-step.ts"
import { comesBack } from "./hide-column.ts"
import type { HiddenColumn } from "./hide-column.ts"

/**
 * Drops a hidden column for good, as a part of the one purge step. Taken back, it is there again in last place, empty
 * and promising nothing; where its values are archived, the steps before this one then fill it.
 */
export function dropHiddenStep(hiding: HiddenColumn, isArchived: boolean): SqlStep {
  const { table, column, hidden, scope } = hiding
  const relation = { schema: table.schema, name: table.name }
  return sqlStep({
    id: `purge/${scope}/drop-${column.name}`,
    phase: "purge",
    summary: `Drop ${displayName(relation)}.${column.name}, hidden as ${hidden}`,
    sql: sql`ALTER TABLE ${qualified(relation)} DROP COLUMN ${ident(hidden)};`,
    undo: isArchived && comesBack(column) ? addAgain(hiding) : null,
    observe: observation({
      after: columnGone(relation, hidden),
      before: columnExists(relation, hidden),
    }),
    lock: "AccessExclusive",
    losesData: !isArchived,
    needs: [{ kind: "own", relation }],
    relations: [relation],
  })
}

/** Without its default at first, which would count as the value of every row that is there. */
function addAgain({ table, column, hidden, computed }: HiddenColumn): Sql {
  const name = qualified(table)
  // Type, collation and default are PostgreSQL's own words.
  const collation = column.collation === null ? none : sql` COLLATE ${trusted(column.collation)}`
  const byDefault =
    computed || column.default === null
      ? none
      : sql`\nALTER TABLE ${name} ALTER COLUMN ${ident(hidden)} SET DEFAULT ${trusted(column.default)};`
  return sql`ALTER TABLE ${name} ADD COLUMN ${ident(hidden)} ${trusted(column.type)}${collation};${byDefault}`
}
