import type { RelationName } from "../../domain/relation.ts"
import { join, none, qualified, sql, trusted } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"
import { fittingName } from "../names.ts"
import { dollarQuoted } from "../sync/dollar-quoted.ts"
import type { Bind } from "../sync/group-direction.ts"
import { hiddenValue } from "../sync/hidden-columns.ts"
import { pinnedSettings } from "../sync/pinned-settings.ts"
import { asRecord, fieldAt, recordParameter } from "../sync/row-record.ts"
import type { Archive, Down } from "./archive.ts"

/**
 * `down` as a function, for rows whose archived value isn't right any more: what it can't compute becomes NULL, as in
 * the triggers that kept the hidden column, where a plain expression would stop the batch.
 */
export function createDownFunctions(archive: Archive): Sql {
  const downs = archive.columns.flatMap(({ down }) => down ?? [])
  return inARow(downs.map((down) => createOne(archive, down)))
}

export function dropDownFunctions(archive: Archive): Sql {
  const downs = archive.columns.flatMap(({ down }) => down ?? [])
  return inARow(downs.map((down) => sql`DROP FUNCTION IF EXISTS ${qualified(downFunction(archive, down))};\n`))
}

/** What `down` makes of the row that `bind` names. */
export function downOf(archive: Archive, down: Down, bind: Bind): Sql {
  return sql`${qualified(downFunction(archive, down))}(${asRecord(down.reads.map(({ name }) => bind(name)))})`
}

/** The function that computes one hidden column. */
function downFunction({ mark, columns, relation }: Archive, down: Down): RelationName {
  const number = columns.findIndex((column) => column.down === down) + 1
  return { schema: "sluice", name: fittingName(`down_${mark}_${number}_${relation.name}`) }
}

function createOne(archive: Archive, down: Down): Sql {
  const { sync, column, reads } = down
  const value = hiddenValue(sync, column, (wanted) => fieldAt(reads.findIndex((read) => read.name === wanted)))
  // The variable's type is checked within the block: a value that is too long for the column is one it can't hold.
  return sql`CREATE OR REPLACE FUNCTION ${qualified(downFunction(archive, down))}(${recordParameter}) RETURNS ${trusted(column.type)}
  LANGUAGE plpgsql
  ${pinnedSettings([sync])}
AS ${dollarQuoted(sql`
DECLARE
  value ${trusted(column.type)};
BEGIN
  value := ${value};
  RETURN value;
EXCEPTION WHEN OTHERS THEN
  RETURN NULL;
END
`)};
`
}

function inARow(parts: readonly Sql[]): Sql {
  return parts.length === 0 ? none : join(parts, "")
}
