import { displayName } from "../../domain/relation.ts"
import type { RelationName } from "../../domain/relation.ts"
import type { TriggerSet } from "../../domain/trigger-set.ts"
import { ident, join, qualified, sql } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"
import { fittingName } from "../names.ts"
import { triggerWhere } from "../observe.ts"
import { dollarQuoted } from "../sync/dollar-quoted.ts"
import { anyOf } from "../sync/group-direction.ts"
import { hasChanged } from "../sync/hidden-columns.ts"
import { pinnedSettings } from "../sync/pinned-settings.ts"
import { archiveColumns, archivedValues, bytesMatter, sameKey } from "./archive.ts"
import type { Archive } from "./archive.ts"

/** Begins the names of the triggers that keep an archive equal to its table. */
export const captureTriggerPrefix = "~sluice_archive_"

const triggersOf = ({ mark }: Archive) => ({
  row: `${captureTriggerPrefix}row_${mark}`,
  update: `${captureTriggerPrefix}upd_${mark}`,
  truncate: `${captureTriggerPrefix}all_${mark}`,
})

/** As a whole: what keeps an archive equal to its table. */
export function captureSet(archive: Archive): TriggerSet {
  const { relation, place } = archive
  return {
    relation,
    keeps: `${displayName(relation)} and its archive ${displayName(place)}`,
    function: functionOf(archive).name,
    helpers: [],
    triggers: Object.values(triggersOf(archive)),
    columns: [],
  }
}

function functionOf({ mark, relation }: Archive): RelationName {
  return { schema: "sluice", name: fittingName(`archive_${mark}_${relation.name}`) }
}

/**
 * Triggers that carry every change of a row into the archive: AFTER, so that they see what the row has become in the
 * end, and with the rights of their owner, because no application may enter the archive. An UPDATE counts where the key,
 * an archived value, or what that is computed from has changed.
 */
export function createCapture(archive: Archive): Sql {
  const table = qualified(archive.relation)
  const call = qualified(functionOf(archive))
  const { row, update, truncate } = triggersOf(archive)
  return sql`CREATE OR REPLACE FUNCTION ${call}() RETURNS trigger
  LANGUAGE plpgsql
  SECURITY DEFINER
  ${pinnedSettings(archive.columns.flatMap(({ down }) => down?.sync ?? []))}
AS ${dollarQuoted(functionBody(archive))};
REVOKE ALL ON FUNCTION ${call}() FROM PUBLIC;
CREATE TRIGGER ${ident(row)} AFTER INSERT OR DELETE ON ${table} FOR EACH ROW
  EXECUTE FUNCTION ${call}();
CREATE TRIGGER ${ident(update)} AFTER UPDATE ON ${table} FOR EACH ROW
  WHEN (${anyOf(watched(archive), "    ")})
  EXECUTE FUNCTION ${call}();
CREATE TRIGGER ${ident(truncate)} AFTER TRUNCATE ON ${table} FOR EACH STATEMENT
  EXECUTE FUNCTION ${call}();
${join(
  [row, update, truncate].map((name) => sql`ALTER TABLE ${table} ENABLE ALWAYS TRIGGER ${ident(name)};`),
  "\n",
)}`
}

/** Removes them, whether they are there or not. */
export function dropCapture(archive: Archive): Sql {
  const names = Object.values(triggersOf(archive))
  return sql`${join(
    names.map((name) => sql`DROP TRIGGER IF EXISTS ${ident(name)} ON ${qualified(archive.relation)};`),
    "\n",
  )}
DROP FUNCTION IF EXISTS ${qualified(functionOf(archive))}();`
}

/** Conditions that each of the triggers is there and fires always, or that there is none of that name. */
export function captureTriggers(archive: Archive): { readonly there: readonly Sql[]; readonly gone: readonly Sql[] } {
  const names = Object.values(triggersOf(archive))
  return {
    there: names.map((name) => triggerWhere(archive.relation, name, sql`g.tgenabled = 'A'`)),
    gone: names.map((name) => sql`NOT ${triggerWhere(archive.relation, name, sql`TRUE`)}`),
  }
}

function watched({ key, columns, hashes }: Archive): readonly Sql[] {
  const all = [
    ...key.map((column) => ({ name: column.name, compareBytes: bytesMatter(column) })),
    ...columns.map(({ hiding }) => ({ name: hiding.hidden, compareBytes: bytesMatter(hiding.column) })),
    ...hashes.flatMap(({ reads }) => reads),
  ]
  return all.filter(({ name }, at) => all.findIndex((other) => other.name === name) === at).map(hasChanged)
}

function functionBody(archive: Archive): Sql {
  const place = qualified(archive.place)
  const columns = archiveColumns(archive)
  const values = archivedValues(archive, (name) => sql`NEW.${ident(name)}`)
  const key = archive.key.map(({ name }) => ident(name))
  const others = columns.slice(key.length)
  const keyChanged = anyOf(
    archive.key.map((column) => hasChanged({ name: column.name, compareBytes: bytesMatter(column) })),
  )
  const forget = sql`IF current_setting('transaction_isolation') <> 'read committed' THEN
      -- a row that was archived since this transaction began would stay, unseen by it: this finds it, as error 40001
      INSERT INTO ${place} (${join(key)}) VALUES (${join(key.map((name) => sql`OLD.${name}`))}) ON CONFLICT DO NOTHING;
    END IF;
    DELETE FROM ${place} AS x WHERE ${sameKey(archive, sql`x`, sql`OLD`)};`
  return sql`
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    TRUNCATE ${place};
    RETURN NULL;
  END IF;
  IF TG_OP = 'DELETE' THEN
    ${forget}
    RETURN NULL;
  END IF;
  IF TG_OP = 'UPDATE' THEN
    IF ${keyChanged} THEN
      ${forget}
    END IF;
  END IF;
  INSERT INTO ${place} (${join(columns)})
  VALUES (${join(values)})
  ON CONFLICT (${join(key)}) DO UPDATE
  SET ${join(
    others.map((name) => sql`${name} = excluded.${name}`),
    ", ",
  )};
  RETURN NULL;
END
`
}
