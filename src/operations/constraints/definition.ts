import type { ReferenceInput } from "../column-definition.ts"
import type { RelationName } from "../../domain/relation.ts"
import { parseExpression } from "../../sql/parser.ts"
import { ident, join, none, qualified, sql, trusted } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"

type Actions = Pick<ReferenceInput, "on_delete" | "on_update" | "deferrable" | "initially_deferred"> & {
  readonly match_type?: "SIMPLE" | "FULL" | undefined
  /** Those of the own columns that ON DELETE SET NULL or SET DEFAULT sets; all of them where none is named. */
  readonly on_delete_set_columns?: readonly string[] | undefined
}

/** What a unique constraint or primary key is made of. */
export interface KeyParts extends Pick<Actions, "deferrable" | "initially_deferred"> {
  readonly columns: readonly string[]
  readonly include?: readonly string[]
  readonly nullsNotDistinct?: boolean
}

/** The definition of a foreign key, in the order in which PostgreSQL prints it. */
export function foreignKeySql(
  columns: readonly string[],
  target: RelationName,
  targetColumns: readonly string[],
  actions: Actions,
): Sql {
  const list = (names: readonly string[]): Sql => join(names.map(ident))
  const match = actions.match_type === "FULL" ? sql` MATCH FULL` : none
  const set = actions.on_delete_set_columns ? sql` (${list(actions.on_delete_set_columns)})` : none
  return sql`FOREIGN KEY (${list(columns)}) REFERENCES ${qualified(target)}(${list(targetColumns)})${match}${onEvent("UPDATE", actions.on_update)}${onEvent("DELETE", actions.on_delete)}${set}${deferral(actions)}`
}

function onEvent(event: string, action: string | undefined): Sql {
  // Both are words of our own schema. NO ACTION is what PostgreSQL does unasked, and doesn't print.
  return action === undefined || action === "NO ACTION" ? none : trusted(` ON ${event} ${action}`)
}

/** `DEFERRABLE INITIALLY DEFERRED`, or nothing. */
export function deferral(actions: Pick<Actions, "deferrable" | "initially_deferred">): Sql {
  if (actions.initially_deferred === true) return sql` DEFERRABLE INITIALLY DEFERRED`
  return actions.deferrable === true ? sql` DEFERRABLE` : none
}

export function checkSql(condition: string, noInherit = false): Sql {
  return sql`CHECK (${parseExpression(condition).text})${noInherit ? sql` NO INHERIT` : none}`
}

/** The definition of a unique constraint or primary key, in the order in which PostgreSQL prints it. */
export function keySql(kind: "unique" | "primary key", key: KeyParts): Sql {
  const { columns, include = [], nullsNotDistinct = false } = key
  const word = kind === "unique" ? sql`UNIQUE` : sql`PRIMARY KEY`
  const nulls = nullsNotDistinct ? sql` NULLS NOT DISTINCT` : none
  const more = include.length > 0 ? sql` INCLUDE (${join(include.map(ident))})` : none
  return sql`${word}${nulls} (${join(columns.map(ident))})${more}${deferral(key)}`
}
