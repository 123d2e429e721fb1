import { displayName } from "../../domain/relation.ts"
import type { TriggerSet } from "../../domain/trigger-set.ts"
import { join, literal, sql } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"
import { columnExists, functionOid, relationOid } from "../observe.ts"

/** Something of a set of triggers that isn't as it was made. */
export interface LostPart {
  /**
   * `off`: the trigger is there and doesn't always fire. `elsewhere`: another table has it. `calls`: it calls another
   * function.
   */
  readonly kind: "table" | "column" | "function" | "trigger" | "off" | "elsewhere" | "calls"
  readonly name: string
  /** The table that has the trigger, as SQL names it; null for everything else. */
  readonly host: string | null
}

/**
 * What is lost of a table's triggers and of what they need, a row (kind, name, host) each. It names and doesn't judge:
 * whether the function has its source, the step says that made it.
 */
export function lostParts({ relation, columns, triggers, ...set }: TriggerSet): Sql {
  const table = relationOid(relation)
  const ours = functionOid(set.function)
  const parts = [
    absent("table", displayName(relation), sql`${table} IS NOT NULL`),
    ...columns.map((name) => absent("column", name, columnExists(relation, name))),
    ...[set.function, ...set.helpers].map((name) =>
      absent("function", `sluice.${name}`, sql`${functionOid(name)} IS NOT NULL`),
    ),
    ...triggers.flatMap((name) => [
      absent("trigger", name, sql`EXISTS (SELECT ${bearing(name)})`),
      present("off", name, sql`g.tgenabled <> 'A'`),
      // That of a partition has a parent.
      present("elsewhere", name, sql`g.tgrelid IS DISTINCT FROM ${table} AND g.tgparentid = 0`),
      present("calls", name, sql`g.tgfoid <> ${ours}`),
    ]),
  ]
  return join(parts, "\nUNION ALL ")
}

function absent(kind: LostPart["kind"], name: string, isThere: Sql): Sql {
  return sql`SELECT ${literal(kind)} AS kind, ${literal(name)} AS name, NULL AS host WHERE NOT (${isThere})`
}

function present(kind: LostPart["kind"], name: string, condition: Sql): Sql {
  return sql`SELECT ${literal(kind)}, ${literal(name)}, g.tgrelid::regclass::text ${bearing(name)} AND ${condition}`
}

/** Triggers of a name that is this change's alone, whichever table has them. */
function bearing(trigger: string): Sql {
  return sql`FROM pg_trigger AS g WHERE g.tgname = ${literal(trigger)}`
}
