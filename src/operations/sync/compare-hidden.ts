import type { Table } from "../../catalog/model.ts"
import type { Sync } from "../../domain/backfill.ts"
import { displayName } from "../../domain/relation.ts"
import type { VerifyStep } from "../../domain/step.ts"
import { ident, qualified, sql } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"
import { comparisonStep } from "../comparison-step.ts"
import { tableWalk } from "./backfill-sql.ts"
import { agrees } from "./hidden-agreement.ts"
import { hiddenNames, hiddenTriggers } from "./hidden-columns.ts"
import { inRange, keyText, walkedTable } from "./ranges.ts"
import type { Walk } from "./ranges.ts"
import { walkOf } from "./walk-key.ts"

/**
 * Compares the hidden columns with the new shape, before they are archived or come back: what was written while the
 * triggers that keep them were off is found by this alone. `table`: as it is after contract.
 */
export function compareHiddenStep(sync: Sync, table: Table, id: string): VerifyStep {
  const { relation } = sync
  const walk = walkOf(table)
  const triggers = hiddenTriggers(sync)
  return comparisonStep({
    id,
    phase: "purge",
    summary: `Compare the hidden columns of ${displayName(relation)} with the new shape`,
    sql: compareSql(sync, walk),
    needs: [{ kind: "select", relation }],
    relations: [relation],
    walk: tableWalk(walk),
    rests: triggers ? [{ ...triggers, helpers: [hiddenNames(sync).agreement] }] : [],
    countUnfilled: null,
    difference: {
      code: "HIDDEN_DIFFERS",
      what: "rows whose hidden columns say something else than what applications have written since contract",
      hint: `Their keys are listed with the run. Where the new shape is right, have them computed anew: \`UPDATE ${qualified(relation)} SET ${ident(sync.marker)} = NULL WHERE …\`. Then \`sluice retry\`. See docs/dual-write.md.`,
    },
  })
}

/** `$1`, `$2` text[] the range, `$3` int how many keys to list (see `VerifyStep`). */
function compareSql(sync: Sync, walk: Walk): Sql {
  return sql`SELECT count(*) AS rows,
  count(*) FILTER (WHERE compared.is_bad) AS bad,
  coalesce((array_agg(compared.key) FILTER (WHERE compared.is_bad))[1:$3::integer], '{}') AS keys
FROM (
  SELECT ${keyText(walk)} AS key,
    (t.${ident(sync.marker)} IS NULL
      OR NOT ${agrees(sync)}) AS is_bad
  FROM ${walkedTable(walk)}
  WHERE ${inRange(walk)}
) AS compared`
}
