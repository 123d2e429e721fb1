import { sql } from "./sql.ts"

/**
 * What was said of a column with ALTER COLUMN … SET, in the words that say it again: `STATISTICS 500`, `STORAGE
 * EXTERNAL`, `COMPRESSION pglz`, `(n_distinct=-0.5)`. An expression of type text[] over `a` (pg_attribute) and `t`, its
 * pg_type; what a column of the type has by itself isn't among it.
 */
export const columnSettings = sql`array_remove(ARRAY[
    CASE WHEN a.attstattarget >= 0 THEN 'STATISTICS ' || a.attstattarget END,
    CASE WHEN a.attstorage <> t.typstorage THEN 'STORAGE ' || CASE a.attstorage
         WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END END,
    CASE a.attcompression WHEN 'l' THEN 'COMPRESSION lz4' WHEN 'p' THEN 'COMPRESSION pglz' END,
    CASE WHEN a.attoptions IS NOT NULL THEN '(' || array_to_string(a.attoptions, ', ') || ')' END
  ], NULL)`
