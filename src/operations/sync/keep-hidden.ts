import type { Sync, SyncColumn, SyncGroup } from "../../domain/backfill.ts"
import { displayName } from "../../domain/relation.ts"
import type { SqlStep } from "../../domain/step.ts"
import { ident, join, literal, none, qualified, sql } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"
import { observation, triggerWhere } from "../observe.ts"
import { sqlStep } from "../sql-step.ts"
import { dollarQuoted } from "./dollar-quoted.ts"
import { allOf, anyOf, computed, remark } from "./group-direction.ts"
import {
  canTell,
  createAgreement,
  dropAgreement,
  judge,
  judgeVariables,
  nameInKeep,
  toldGroups,
} from "./hidden-agreement.ts"
import { finalName, hasChanged, hiddenColumns, hiddenNames, hiddenValue, readColumn } from "./hidden-columns.ts"
import { pinnedSettings } from "./pinned-settings.ts"

/** Begins to keep hidden columns true: a part of the contract step, after the columns got their hidden names. */
export function keepHiddenStep(sync: Sync): SqlStep {
  const { relation } = sync
  const { insert, update } = hiddenNames(sync)
  const there = [insert, update].map((name) => triggerWhere(relation, name, sql`g.tgenabled = 'A'`))
  const gone = [insert, update].map((name) => sql`NOT ${triggerWhere(relation, name, sql`TRUE`)}`)
  return sqlStep({
    id: `contract/${displayName(relation)}/keep-hidden`,
    phase: "contract",
    summary: `Go on computing hidden columns of ${displayName(relation)}`,
    sql: createKeeping(sync),
    undo: dropKeeping(sync),
    observe: observation({ after: allOf(there), before: allOf(gone) }),
    lock: "AccessExclusive",
    needs: [{ kind: "own", relation }],
    relations: [relation],
  })
}

/** The end of it, before the columns are dropped: a part of the purge step. */
export function endKeepingStep(sync: Sync): SqlStep {
  const { relation } = sync
  const { insert, update } = hiddenNames(sync)
  const gone = [insert, update].map((name) => sql`NOT ${triggerWhere(relation, name, sql`TRUE`)}`)
  return sqlStep({
    id: `purge/${displayName(relation)}/keep-hidden`,
    phase: "purge",
    summary: `Stop computing hidden columns of ${displayName(relation)}`,
    sql: dropKeeping(sync),
    undo: createKeeping(sync),
    observe: observation({ after: allOf(gone), before: sql`NOT (${allOf(gone)})` }),
    lock: "AccessExclusive",
    needs: [{ kind: "own", relation }],
    relations: [relation],
  })
}

function createKeeping(sync: Sync): Sql {
  const table = qualified(sync.relation)
  const { insert, update, ...names } = hiddenNames(sync)
  const name = sql`sluice.${ident(names.function)}`
  const watched = [...new Set(hiddenGroups(sync).flatMap(watchedBy))]
  const isAsked = canTell(sync) ? [sql`NEW.${ident(sync.marker)} IS NULL`] : []
  return sql`CREATE OR REPLACE FUNCTION ${name}() RETURNS trigger
  LANGUAGE plpgsql
  ${pinnedSettings([sync])}
AS ${dollarQuoted(functionBody(sync))};
CREATE TRIGGER ${ident(insert)} BEFORE INSERT ON ${table} FOR EACH ROW
  EXECUTE FUNCTION ${name}();
CREATE TRIGGER ${ident(update)} BEFORE UPDATE ON ${table} FOR EACH ROW
  WHEN (${anyOf([...watched.map((column) => rowChanged(sync, column)), ...isAsked], "    ")})
  EXECUTE FUNCTION ${name}();
ALTER TABLE ${table} ENABLE ALWAYS TRIGGER ${ident(insert)};
ALTER TABLE ${table} ENABLE ALWAYS TRIGGER ${ident(update)};${createAgreement(sync)}`
}

function dropKeeping(sync: Sync): Sql {
  const table = qualified(sync.relation)
  const { insert, update, ...names } = hiddenNames(sync)
  return sql`DROP TRIGGER IF EXISTS ${ident(insert)} ON ${table};
DROP TRIGGER IF EXISTS ${ident(update)} ON ${table};
DROP FUNCTION IF EXISTS sluice.${ident(names.function)}();${dropAgreement(sync)}`
}

function functionBody(sync: Sync): Sql {
  const told = toldGroups(sync)
  const variables = canTell(sync) ? sql`  is_due boolean;\n${judgeVariables(sync)}` : sql`  is_due boolean;`
  return sql`
DECLARE
${variables}
BEGIN
${refuseByPlace(sync)}
${join(
  hiddenGroups(sync).map((group) => computeGroup(sync, group, told.includes(group))),
  "\n",
)}
  -- should the old shape come back: what applications have set themselves is theirs, and isn't compared
  NEW.${ident(sync.marker)} := FALSE;
  RETURN NEW;
END
`
}

/**
 * An INSERT without a list of columns fills them by their places, and in that of a hidden one it puts a value that would
 * be computed anew: gone, though it was acknowledged. Nobody else gives one a value: a copied or moved row brings the
 * marker along.
 */
function refuseByPlace(sync: Sync): Sql {
  const columns = hiddenColumns(sync)
  const names = columns.map(({ name }) => name).join(", ")
  const given = anyOf(
    columns.map((column) => sql`${hiddenOf(column)} IS NOT NULL`),
    "    ",
  )
  return sql`  IF TG_OP = 'INSERT' AND NEW.${ident(sync.marker)} IS NULL AND (${given}) THEN
    RAISE EXCEPTION USING
      ERRCODE = 'undefined_column',
      MESSAGE = ${literal(`${displayName(sync.relation)} has lost ${names}, and this INSERT, by the place of its values, still fills what is kept of it`)},
      HINT = 'Name the columns in the INSERT.';
  END IF;`
}

function hiddenGroups(sync: Sync): readonly SyncGroup[] {
  const hidden = hiddenColumns(sync)
  return sync.groups.filter(({ old }) => old.some((column) => hidden.includes(column)))
}

/**
 * What a write of which has the group's hidden columns computed, all of them: as before contract, so that of each row
 * either nothing was touched since or all of them follow from the new shape. Where nothing else is computed, what they
 * read.
 */
function watchedBy(group: SyncGroup): readonly string[] {
  return [
    ...new Set([...computed(group.new).map(({ name }) => name), ...computed(group.old).flatMap(({ reads }) => reads)]),
  ]
}

function computeGroup(sync: Sync, group: SyncGroup, isTold: boolean): Sql {
  const columns = hiddenColumns(sync).filter((column) => group.old.includes(column))
  const touched = anyOf(
    watchedBy(group).map((name) => rowChanged(sync, name)),
    "    ",
  )
  const inKeep = (name: string): Sql => sql`NEW.${ident(nameInKeep(sync, name))}`
  // A row that comes in with the marker moves here from another partition, or is a copy, changed perhaps. One that is
  // changed without it was written past these triggers. Only what has lost its step is computed then.
  const judged = sql`
  IF NOT is_due AND (TG_OP = 'INSERT' OR NEW.${ident(sync.marker)} IS NULL) THEN
${judge(sync, group, inKeep, sql`is_due := TRUE;`)}
  END IF;`
  const isNew = allOf([
    sql`NEW.${ident(sync.marker)} IS NULL`,
    ...columns.map((column) => sql`${hiddenOf(column)} IS NULL`),
  ])
  // OLD is read on UPDATE only: plpgsql would stop at it in an INSERT.
  return sql`  ${remark(columns.map(({ name, reads }) => `${name}: from ${reads.map((read) => finalName(sync, read)).join(", ")}`).join("; "))}
  is_due := CASE WHEN TG_OP = 'INSERT' THEN ${isNew} ELSE ${touched} END;${isTold ? judged : none}
  IF is_due THEN
${join(
  columns.map((column) => computeOne(sync, column)),
  "\n",
)}
  END IF;`
}

function hiddenOf(column: SyncColumn): Sql {
  return sql`NEW.${ident(column.hidden ?? column.name)}`
}

function computeOne(sync: Sync, column: SyncColumn): Sql {
  const value = hiddenValue(sync, column, (name) => sql`NEW.${ident(name)}`)
  return sql`    BEGIN
      ${hiddenOf(column)} := ${value};
    EXCEPTION WHEN OTHERS THEN
      ${hiddenOf(column)} := NULL;
    END;`
}

function rowChanged(sync: Sync, name: string): Sql {
  return hasChanged(readColumn(sync, name))
}
