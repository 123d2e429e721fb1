import type { Table } from "../catalog/model.ts"
import type { Sync } from "../domain/backfill.ts"
import { displayName } from "../domain/relation.ts"
import type { BackfillStep, VerifyStep } from "../domain/step.ts"
import { comparisonStep } from "../operations/comparison-step.ts"
import { fillingStep } from "../operations/filling-step.ts"
import { columnExists, observation } from "../operations/observe.ts"
import { addedColumns, dualWriteTriggers } from "../operations/sync/install.ts"
import { backfillBatchSql, backfillOf, tableWalk, verifyRangeSql } from "../operations/sync/backfill-sql.ts"
import { walkedTable } from "../operations/sync/ranges.ts"
import { unfilledRow } from "../operations/sync/unfilled-row.ts"
import { walkOf } from "../operations/sync/walk-key.ts"
import { ident, sql } from "../sql/sql.ts"

/** The filling of one table. */
export function backfillStep(sync: Sync, table: Table, id: string): BackfillStep {
  const { relation } = sync
  const unfilled = unfilledRow(sync, table)
  const names = addedColumns(sync).map(({ name, shown }) => shown ?? name)
  return fillingStep({
    id,
    phase: "backfill",
    summary: `Fill ${names.join(", ")} in every row of ${displayName(relation)}`,
    sql: backfillBatchSql(sync, table),
    observe: observation({
      after: sql`${columnExists(relation, sync.marker)} AND NOT ${unfilled}`,
      before: columnExists(relation, sync.marker),
    }),
    undo: null,
    back: false,
    lock: "RowExclusive",
    needs: [{ kind: "own", relation }],
    relations: [relation],
    backfill: backfillOf(sync, table),
  })
}

/** The comparison of every row of one table. */
export function verifyStep(sync: Sync, table: Table, id: string, phase: "verify" | "contract"): VerifyStep {
  const { relation } = sync
  const walk = walkOf(table)
  const when = phase === "verify" ? "" : " a last time"
  return comparisonStep({
    id,
    phase,
    summary: `Compare every row of ${displayName(relation)}${when}`,
    sql: verifyRangeSql(sync, table),
    needs: [{ kind: "select", relation }],
    relations: [relation],
    walk: tableWalk(walk),
    rests: [dualWriteTriggers(sync)],
    countUnfilled: sql`SELECT count(*) AS rows FROM ${walkedTable(walk)} WHERE t.${ident(sync.marker)} IS NULL`,
    difference: {
      code: "VERIFY_MISMATCH",
      what: "rows whose old and new shape don't agree",
      hint: "Their keys are listed with the run. Put the rows right, then `sluice retry`.",
    },
  })
}
