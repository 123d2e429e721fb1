import { sql } from "./sql.ts"

/**
 * What was said of an index's expressions with ALTER INDEX … ALTER COLUMN, in the words that say it again: `COLUMN 1 SET
 * STATISTICS 500`. An expression of type text[] over `x` (pg_index). Of its columns the table's own settings count.
 */
export const indexSettings = sql`ARRAY(
         SELECT 'COLUMN ' || a.attnum || ' SET STATISTICS ' || a.attstattarget
           FROM pg_attribute AS a
          WHERE a.attrelid = x.indexrelid AND a.attnum > 0 AND x.indkey[a.attnum - 1] = 0 AND a.attstattarget >= 0
          ORDER BY a.attnum
       )`
