import type { Sync } from "../../domain/backfill.ts"
import { displayName } from "../../domain/relation.ts"
import { join, literal, sql } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"
import { columnExists, relationOid } from "../observe.ts"
import { addedColumns, functionOid } from "./install.ts"

/** Something of a table's dual write that isn't as it was begun. */
export interface LostPart {
  /** `off`: the trigger is there and doesn't always fire. `elsewhere`: another table has it. */
  readonly kind: "table" | "column" | "function" | "trigger" | "off" | "elsewhere"
  readonly name: string
  /** The table that has the trigger, as SQL names it; null for everything else. */
  readonly host: string | null
}

/**
 * What is lost of a table's dual write, a row (kind, name, host) each. It names and doesn't judge: whether dual write is
 * whole, the step says that began it.
 */
export function lostParts(sync: Sync): Sql {
  const { relation, marker } = sync
  const table = relationOid(relation)
  const columns = [...addedColumns(sync).map(({ name }) => name), marker]
  const parts = [
    absent("table", displayName(relation), sql`${table} IS NOT NULL`),
    ...columns.map((name) => absent("column", name, columnExists(relation, name))),
    absent("function", `sluice.${sync.function}`, sql`${functionOid(sync)} IS NOT NULL`),
    ...[sync.insertTrigger, sync.updateTrigger].flatMap((name) => [
      absent("trigger", name, sql`EXISTS (SELECT ${bearing(name)})`),
      present("off", name, sql`g.tgenabled <> 'A'`),
      // That of a partition has a parent.
      present("elsewhere", name, sql`g.tgrelid IS DISTINCT FROM ${table} AND g.tgparentid = 0`),
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
