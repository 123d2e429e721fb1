/**
 * Settings of PostgreSQL that change how values are printed and read. Our sessions have all of them so; trigger functions
 * the first ones unless they handle nothing but texts, whole numbers and the like, of the others those that their
 * expressions can depend on, because each costs every write of an application some 200 ns. So the backfill, the comparison and every application compute the same value from the same row.
 */
export const alwaysPinned = {
  TimeZone: "UTC",
  DateStyle: "ISO, MDY",
  IntervalStyle: "postgres",
  bytea_output: "hex",
  extra_float_digits: "1",
} as const

export const pinnedByNeed = {
  array_nulls: "on",
  lc_monetary: "C",
  lc_numeric: "C",
  lc_time: "C",
  quote_all_identifiers: "off",
  transform_null_equals: "off",
  xmlbinary: "base64",
  xmloption: "content",
} as const

export type PinnedByNeed = keyof typeof pinnedByNeed

/** A setting that an expression may depend on. Which text search is meant, nobody can know in the person's place. */
export type ValueSetting = PinnedByNeed | "default_text_search_config"
