import { SluiceError, TransientError } from "../domain/errors.ts"
import type { EachRow } from "../domain/plan.ts"
import { literal, sql, type Sql } from "../sql/sql.ts"
import type { Session } from "./session.ts"

export interface FailingRows {
  /** At most as many as were asked for. */
  readonly keys: readonly string[]
  /** True where every row was looked at: there are no others. */
  readonly all: boolean
}

/** A row that fails ends the statement that looks at all of them, so each is looked at by itself, for so long at most. */
const lookForMs = 30_000

/**
 * The rows for which a value can't be computed. To be asked where a statement over all of them has failed: what the
 * server says of that names no row. Changes nothing, and where it can't be asked, answers that none is known.
 */
export async function findFailingRows(session: Session, each: EachRow, limit: number): Promise<FailingRows> {
  try {
    return await session.transaction(
      async () => {
        await session.query("SELECT set_config('statement_timeout', $1, true)", [`${lookForMs * 2}`])
        await session.query(sql`DO ${literal(lookAtEach(each, limit))}`)
        const [found] = await session.query<{ rows: FailingRows }>("SELECT current_setting($1)::json AS rows", [answer])
        return found?.rows ?? noneKnown
      },
      { isolation: "repeatable read", readOnly: true },
    )
  } catch (error) {
    if (!(error instanceof SluiceError) || error instanceof TransientError) throw error
    return noneKnown
  }
}

const noneKnown: FailingRows = { keys: [], all: false }

/** A block of plpgsql answers nothing; this setting holds until the transaction's end. */
const answer = "sluice.failing_rows"

/** `t` is the table in `rows`; in `value`, which reads no table, it is the variable. */
function lookAtEach({ rows, value }: EachRow, limit: number): Sql {
  return sql`#variable_conflict use_column
DECLARE
  each_row record;
  t record;
  is_null boolean;
  failing text[] := '{}';
  is_at_end boolean := true;
BEGIN
  FOR each_row IN ${rows} LOOP
    IF cardinality(failing) >= ${literal(limit)} OR clock_timestamp() > now() + ${literal(lookForMs)} * interval '1 ms' THEN
      is_at_end := false;
      EXIT;
    END IF;
    t := each_row.whole;
    BEGIN
      is_null := (${value}) IS NULL;
    EXCEPTION WHEN OTHERS THEN
      failing := failing || each_row.key;
    END;
  END LOOP;
  PERFORM pg_catalog.set_config(${literal(answer)}, json_build_object('keys', failing, 'all', is_at_end)::text, true);
END`
}
