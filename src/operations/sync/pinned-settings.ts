import { sql } from "../../sql/sql.ts"

/**
 * Settings that change how values are printed and read, pinned in every trigger function: the backfill, the comparison
 * and every application then compute the same value from the same row.
 */
export const pinnedSettings = sql`SET search_path = pg_catalog, pg_temp
  SET "TimeZone" = 'UTC'
  SET "DateStyle" = 'ISO, MDY'
  SET "IntervalStyle" = 'postgres'
  SET bytea_output = 'hex'
  SET extra_float_digits = 1`
