import type { ReferenceInput } from "../column-definition.ts"
import type { RelationName } from "../../domain/relation.ts"
import { parseExpression } from "../../sql/parser.ts"
import { ident, join, none, qualified, sql, trusted } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"

type Actions = Pick<ReferenceInput, "on_delete" | "on_update" | "deferrable" | "initially_deferred">

/** The definition of a foreign key, in the order in which PostgreSQL prints it. */
export function foreignKeySql(
  columns: readonly string[],
  target: RelationName,
  targetColumns: readonly string[],
  actions: Actions,
): Sql {
  const list = (names: readonly string[]): Sql => join(names.map(ident))
  return sql`FOREIGN KEY (${list(columns)}) REFERENCES ${qualified(target)}(${list(targetColumns)})${onEvent("UPDATE", actions.on_update)}${onEvent("DELETE", actions.on_delete)}${deferral(actions)}`
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

export function checkSql(condition: string): Sql {
  return sql`CHECK (${parseExpression(condition).text})`
}
