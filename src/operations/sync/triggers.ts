import type { Sync, SyncColumn } from "../../domain/backfill.ts"
import { ident, qualified, sql } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"
import { differs } from "./byte-equality.ts"
import { anyOf } from "./group-direction.ts"
import { createFunction, functionName } from "./trigger-function.ts"

/** "~" sorts after every letter, digit and most of what else names begin with: triggers fire in the order of bytes. */
export const insertTriggerName = "~sluice_ins"
export const updateTriggerName = "~sluice_upd"

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
