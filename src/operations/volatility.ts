import type { Catalog, CatalogFunction, Volatility } from "../catalog/model.ts"
import { parseExpression } from "../sql/parser.ts"
import type { CalledFunction } from "../sql/parser.ts"

/**
 * Functions of pg_catalog that PostgreSQL calls stable only because of settings such as TimeZone and DateStyle, which
 * our trigger function and our sessions pin: from the same row they always compute the same value.
 */
const pinnedFunctions: ReadonlySet<string> = new Set(
  `array_to_string concat concat_ws date date_part date_trunc extract format json_build_array json_build_object
  jsonb_build_array jsonb_build_object make_timestamptz quote_literal quote_nullable row_to_json timezone to_char to_date
  to_json to_jsonb to_number to_timestamp`.split(/\s+/),
)

/** What PostgreSQL says of a function that is called so; `null`: there is none of that name where it would look. */
export function functionCalled(called: CalledFunction, catalog: Catalog): CatalogFunction | null {
  const isMeant = (known: CatalogFunction): boolean =>
    known.name === called.name &&
    known.schema === called.schema &&
    (known.arguments ?? called.arguments) === called.arguments
  return catalog.functions.find(isMeant) ?? null
}

/** See functionCalled. */
export function volatilityOf(called: CalledFunction, catalog: Catalog): Volatility | null {
  return functionCalled(called, catalog)?.volatility ?? null
}

/** The most volatile function of an expression decides; a function that isn't known counts as volatile. */
export function expressionVolatility(text: string, catalog: Catalog): Volatility {
  const all = parseExpression(text).functions.map((name) => volatilityOf(name, catalog) ?? "volatile")
  return all.includes("volatile") ? "volatile" : all.includes("stable") ? "stable" : "immutable"
}

/** Computes the same value from the same row whenever and by whomever it is asked, so that it can be compared. */
export function isComparable(text: string, catalog: Catalog): boolean {
  return parseExpression(text).functions.every((name) => {
    if ((name.schema ?? "pg_catalog") === "pg_catalog" && pinnedFunctions.has(name.name)) return true
    return volatilityOf(name, catalog) === "immutable"
  })
}
