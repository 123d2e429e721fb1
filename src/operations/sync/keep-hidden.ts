import type { Sync, SyncColumn } from "../../domain/backfill.ts"
import { displayName } from "../../domain/relation.ts"
import type { SqlStep } from "../../domain/step.ts"
import { ident, join, qualified, sql } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"
import { observation, triggerWhere } from "../observe.ts"
import { sqlStep } from "../sql-step.ts"
import { dollarQuoted } from "./dollar-quoted.ts"
import { allOf, anyOf, remark } from "./group-direction.ts"
import { createAgreement, dropAgreement } from "./hidden-agreement.ts"
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
  const reads = [...new Set(hiddenColumns(sync).flatMap((column) => column.reads))]
  return sql`CREATE OR REPLACE FUNCTION ${name}() RETURNS trigger
  LANGUAGE plpgsql
  ${pinnedSettings([sync])}
AS ${dollarQuoted(functionBody(sync))};
CREATE TRIGGER ${ident(insert)} BEFORE INSERT ON ${table} FOR EACH ROW
  WHEN (NEW.${ident(sync.marker)} IS NULL) -- else the row only moves to another partition
  EXECUTE FUNCTION ${name}();
CREATE TRIGGER ${ident(update)} BEFORE UPDATE ON ${table} FOR EACH ROW
  WHEN (${anyOf(
    reads.map((column) => rowChanged(sync, column)),
    "    ",
  )})
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
  return sql`
BEGIN
${join(
  hiddenColumns(sync).map((column) => computeOne(sync, column)),
  "\n",
)}
  -- should the old shape come back: what applications have set themselves is theirs, and isn't compared
  NEW.${ident(sync.marker)} := FALSE;
  RETURN NEW;
END
`
}

function computeOne(sync: Sync, column: SyncColumn): Sql {
  const hidden = sql`NEW.${ident(column.hidden ?? column.name)}`
  const value = hiddenValue(sync, column, (name) => sql`NEW.${ident(name)}`)
  const touched = anyOf(
    column.reads.map((name) => rowChanged(sync, name)),
    "    ",
  )
  // OLD is read on UPDATE only: plpgsql would stop at it in an INSERT. A row that comes with a value isn't new: it moves
  // here from another partition.
  return sql`  ${remark(`${column.name}: from ${column.reads.map((name) => finalName(sync, name)).join(", ")}`)}
  IF (CASE WHEN TG_OP = 'INSERT' THEN ${hidden} IS NULL ELSE ${touched} END) THEN
    BEGIN
      ${hidden} := ${value};
    EXCEPTION WHEN OTHERS THEN
      ${hidden} := NULL;
    END;
  END IF;`
}

function rowChanged(sync: Sync, name: string): Sql {
  return hasChanged(readColumn(sync, name))
}
