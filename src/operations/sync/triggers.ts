import type { Sync, SyncColumn } from "../../domain/backfill.ts"
import { ident, qualified, sql } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"
import { differs } from "./byte-equality.ts"
import { anyOf } from "./group-direction.ts"
import { createFunction, functionName } from "./trigger-function.ts"

/**
 * What the names of both triggers begin with. "~" sorts after every letter, digit and most of what else names begin
 * with: triggers fire in the order of bytes.
 */
const beginnings = { insert: "~sluice_ins", update: "~sluice_upd" } as const

/** The first of what ours may be called: a trigger that sorts before it fires before ours, whatever the change. */
export const firstTriggerName: string = beginnings.insert

/** Names of this change alone, so that the way back of one never meets the triggers of another. */
export function triggerNames(mark: string): { readonly insertTrigger: string; readonly updateTrigger: string } {
  return { insertTrigger: `${beginnings.insert}_${mark}`, updateTrigger: `${beginnings.update}_${mark}` }
}

/** True of a dual write's trigger, whichever change it belongs to. */
export function isSyncTrigger(name: string): boolean {
  return Object.values(beginnings).some((beginning) => name.startsWith(beginning))
}

/**
 * Function and triggers. ALWAYS: also where a session replays changes or has `session_replication_role = replica`.
 * The marker keeps the INSERT trigger out where a row only moves to another partition, and the UPDATE trigger out
 * where the backfill fills a row. PostgreSQL reads a WHEN anew for every UPDATE statement, so it is kept short.
 */
export function createTriggers(sync: Sync): Sql {
  const table = qualified(sync.relation)
  const [insert, update] = [ident(sync.insertTrigger), ident(sync.updateTrigger)]
  const marker = ident(sync.marker)
  return sql`${createFunction(sync)}
CREATE TRIGGER ${insert} BEFORE INSERT ON ${table} FOR EACH ROW
  WHEN (NEW.${marker} IS NULL)
  EXECUTE FUNCTION ${functionName(sync)}();
CREATE TRIGGER ${update} BEFORE UPDATE ON ${table} FOR EACH ROW
  WHEN (NEW.${marker} IS NULL -- any touch fills a row that isn't filled yet
    OR OLD.${marker} IS NOT NULL -- else the backfill fills it: stay out
      AND (${anyOf(watched(sync).map(changed), "        ")}))
  EXECUTE FUNCTION ${functionName(sync)}();
ALTER TABLE ${table} ENABLE ALWAYS TRIGGER ${insert};
ALTER TABLE ${table} ENABLE ALWAYS TRIGGER ${update};`
}

/** Removes function and triggers, whether they are there or not. */
export function dropTriggers(sync: Sync): Sql {
  const table = qualified(sync.relation)
  return sql`DROP TRIGGER IF EXISTS ${ident(sync.insertTrigger)} ON ${table};
DROP TRIGGER IF EXISTS ${ident(sync.updateTrigger)} ON ${table};
DROP FUNCTION IF EXISTS ${functionName(sync)}();`
}

/** Every column whose change the UPDATE trigger has to see, in the order of its first mention. */
function watched(sync: Sync): readonly SyncColumn[] {
  const all = sync.groups.flatMap((group) => [...group.old, ...group.new, ...group.sources])
  return all.filter((column, index) => all.findIndex((other) => other.name === column.name) === index)
}

function changed(column: SyncColumn): Sql {
  return differs(column, sql`NEW.${ident(column.name)}`, sql`OLD.${ident(column.name)}`)
}
