import { sql } from "../../sql/sql.ts"

/** The third version of schema `sluice` in a target: a run's plan lies beside it, for when no control database has it. */
export const version3 = sql`
ALTER TABLE sluice.run ADD COLUMN plan text;  -- canonical JSON, what plan_hash was made of; NULL: an older version's run
`
