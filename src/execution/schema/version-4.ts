import { sql } from "../../sql/sql.ts"

/**
 * The fourth version of schema `sluice` in a target: a row of the journal has the triggers, as they were when what they
 * keep was known to be equal.
 */
export const version4 = sql`
ALTER TABLE sluice.journal ADD COLUMN parts jsonb;  -- by their functions' names; NULL: the row says nothing of them
`
