import { sql } from "../../sql/sql.ts"

/**
 * The fifth version of schema `sluice` in a target: a run belongs to the control database that has started it. Two of them
 * may give the same name to a run of the same plan.
 */
export const version5 = sql`
ALTER TABLE sluice.run ADD COLUMN control text;  -- that database's own name; NULL: an older version's run
`
