import type { Sync, SyncColumn } from "../../domain/backfill.ts"
import { displayName } from "../../domain/relation.ts"
import type { SqlStep } from "../../domain/step.ts"
import { ident, join, qualified, sql } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"
import { fittingName } from "../names.ts"
import { observation, triggerWhere } from "../observe.ts"
import { sqlStep } from "../sql-step.ts"
import { assigned, differs } from "./byte-equality.ts"
import { dollarQuoted } from "./dollar-quoted.ts"
import { allOf, anyOf, remark, valueOf } from "./group-direction.ts"
import type { Bind } from "./group-direction.ts"
import { pinnedSettings } from "./pinned-settings.ts"

/**
 * What goes on while the old shape is hidden: the columns that only it has are still computed from the new one, so
 * that they are right on the day they come back. Nothing goes the other way, and nothing that fails here may fail an
 * application: it becomes NULL.
 */
export function hiddenColumns(sync: Sync): readonly SyncColumn[] {
  return sync.groups.flatMap(({ old }) => old).filter((column) => column.hidden !== null && column.expression !== null)
}

/** Names of this change alone: other runs on the same table may begin while this one keeps its hidden columns. */
const names = (sync: Sync) => ({
  insert: `~sluice_hidden_ins_${sync.mark}`,
  update: `~sluice_hidden_upd_${sync.mark}`,
  function: sql`sluice.${ident(fittingName(`hidden_${sync.mark}_${sync.relation.name}`))}`,
})

/** Begins to keep hidden columns true: a part of the contract step, after the columns got their hidden names. */
export function keepHiddenStep(sync: Sync): SqlStep {
  const { relation } = sync
  const { insert, update } = names(sync)
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
  const { insert, update } = names(sync)
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
  const { insert, update, function: name } = names(sync)
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
ALTER TABLE ${table} ENABLE ALWAYS TRIGGER ${ident(update)};`
}

function dropKeeping(sync: Sync): Sql {
  const table = qualified(sync.relation)
  const { insert, update, function: name } = names(sync)
  return sql`DROP TRIGGER IF EXISTS ${ident(insert)} ON ${table};
DROP TRIGGER IF EXISTS ${ident(update)} ON ${table};
DROP FUNCTION IF EXISTS ${name}();`
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

/** The value of a hidden column, as it is assigned to it, over the columns of the new shape as `bind` writes them. */
export function hiddenValue(sync: Sync, column: SyncColumn, bind: Bind): Sql {
  return assigned(
    column,
    valueOf(column, (name) => bind(finalName(sync, name))),
  )
}

/** A column of the new shape, by its name from contract on. */
export interface ReadColumn {
  readonly name: string
  readonly compareBytes: boolean
}

/** What a hidden column is computed from. */
export function readsOf(sync: Sync, column: SyncColumn): readonly ReadColumn[] {
  return column.reads.map((name) => readColumn(sync, name))
}

function readColumn(sync: Sync, name: string): ReadColumn {
  const all = sync.groups.flatMap((group) => [...group.new, ...group.old, ...group.sources])
  const column = all.find((candidate) => candidate.name === name)
  return { name: finalName(sync, name), compareBytes: column?.compareBytes ?? false }
}

function rowChanged(sync: Sync, name: string): Sql {
  return hasChanged(readColumn(sync, name))
}

/** In a trigger: the statement gave the column another value. */
export function hasChanged(column: ReadColumn): Sql {
  return differs(column, sql`NEW.${ident(column.name)}`, sql`OLD.${ident(column.name)}`)
}

/** What the column is called once contract has given every column its name. */
function finalName({ renamed }: Sync, name: string): string {
  return renamed.find(({ physical }) => physical === name)?.name ?? name
}
