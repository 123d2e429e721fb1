import { beforeAll, expect, test } from "vitest"
import { loadParser, settingsBehind } from "../../src/sql/parser.ts"

beforeAll(loadParser)

const types: Readonly<Record<string, string>> = { name: "text", price: "money", tags: "text[]", words: "tsvector" }
const typeOf = (column: string): string | null => types[column] ?? null

test.each<[string, readonly string[], string?]>([
  ["lower(name) || 1::text", []],
  ["('{' || name || '}')::text[]", ["array_nulls"]],
  ["('{' || name || '}')::_int4", ["array_nulls"]],
  ["name", ["array_nulls"], "text[]"],
  ["tags", [], "text[]"],
  ["tags", ["array_nulls"], "integer[]"],
  ["name", ["xmloption"], "xml"],
  ["xmlelement(name a, name)", ["xmlbinary", "xmloption"]],
  ["price", [], "money"],
  ["price", ["lc_monetary"], "numeric"],
  ["price::numeric * 2", ["lc_monetary"]],
  ["money(name)", ["lc_monetary"]],
  ["to_char(born, 'YYYY-MM-DD')", []],
  ["to_char(born, 'TMMonth')", ["lc_time"]],
  ["to_char(cents, '999')", []],
  ["to_char(cents, 'L9G999D99')", ["lc_monetary", "lc_numeric"]],
  ["to_number(name, pattern)", ["lc_monetary", "lc_numeric", "lc_time"]],
  ["format('%I', name)", ["quote_all_identifiers"]],
  ["shop.format('%I', name)", []],
  ["coalesce(name = NULL, false)", ["transform_null_equals"]],
  ["name IS NULL", []],
  ["to_tsvector(name)", ["default_text_search_config"]],
  ["to_tsvector('english', name)", []],
  ["ts_headline(name, plainto_tsquery('simple', 'x'), 'MaxWords=5')", ["default_text_search_config"]],
  ["ts_headline('english', name, plainto_tsquery('simple', 'x'))", []],
  ["name @@ to_tsquery('english', 'x')", ["default_text_search_config"]],
  ["words @@ to_tsquery('english', 'x')", []],
])("%s depends on %j", (text, settings, target) => {
  expect([...settingsBehind(text, { typeOf, target: target ?? null })].toSorted()).toEqual(settings)
})
