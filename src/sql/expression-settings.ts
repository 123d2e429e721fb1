import type { ValueSetting } from "../domain/value-settings.ts"
import { expressionTree } from "./expression.ts"
import { fieldsOf, listOf, stringOf, stringsOf, walk } from "./tree.ts"
import type { Fields } from "./tree.ts"

/** What the expression is over, and what its value becomes. Types as format_type prints them; null: not known. */
export interface Surroundings {
  readonly typeOf: (column: string) => string | null
  readonly target: string | null
}

/** Functions that take a text search configuration first, by how many arguments they have without it. */
const textSearch: Readonly<Record<string, number>> = {
  get_current_ts_config: 0,
  json_to_tsvector: 2,
  jsonb_to_tsvector: 2,
  phraseto_tsquery: 1,
  plainto_tsquery: 1,
  to_tsquery: 1,
  to_tsvector: 1,
  ts_headline: 2,
  websearch_to_tsquery: 1,
}

const formatting: ReadonlySet<string> = new Set(["to_char", "to_date", "to_number", "to_timestamp"])
const quoting: ReadonlySet<string> = new Set(["format", "quote_ident"])
const texts = /^(?:text|character|character varying)\b(?!.*\[\])/

/**
 * Which settings the value may depend on besides those that are pinned always; rather one too many. What a function or
 * type of somebody's own depends on can't be seen, nor is timezone_abbreviations looked at, of which hardly any server
 * has a second one.
 */
export function settingsBehind(text: string, { typeOf, target }: Surroundings): ReadonlySet<ValueSetting> {
  const found = new Set<ValueSetting>()
  const root = expressionTree(text)
  const columnType = (node: unknown): string | null => {
    const name = stringsOf(fieldsOf(node, "ColumnRef")?.["fields"]).at(-1)
    return name === undefined ? null : typeOf(name)
  }
  // A column that is copied as it is, is neither printed nor read.
  if (fieldsOf(root, "ColumnRef") && (target ?? columnType(root)) === columnType(root)) return found
  if (target !== null) settingsOfType(target).forEach((setting) => found.add(setting))
  walk(root, (kind, fields) => {
    if (kind === "ColumnRef" && columnType({ ColumnRef: fields }) === "money") found.add("lc_monetary")
    else if (kind === "typeName" || kind === "TypeName")
      settingsOfType(typeName(fields)).forEach((setting) => found.add(setting))
    else if (kind === "FuncCall") settingsOfCall(fields).forEach((setting) => found.add(setting))
    else if (kind === "XmlExpr" || kind === "XmlSerialize") found.add("xmlbinary").add("xmloption")
    else if (kind === "A_Expr" && isNullEquality(fields)) found.add("transform_null_equals")
    else if (kind === "A_Expr" && isTextMatch(fields, columnType)) found.add("default_text_search_config")
  })
  return found
}

/** Reading a text as a value of this type, or printing it. */
function settingsOfType(type: string): readonly ValueSetting[] {
  if (type.endsWith("[]")) return ["array_nulls", ...settingsOfType(type.slice(0, -2))]
  if (type === "money") return ["lc_monetary"]
  return type === "xml" ? ["xmloption"] : []
}

/** `text[]` of a name in the tree, also where it is written as the type's own name (`_text`). */
function typeName(fields: Fields): string {
  const name = stringsOf(fields["names"]).at(-1) ?? ""
  const isArray = name.startsWith("_") || listOf(fields["arrayBounds"]).length > 0
  return `${name.replace(/^_/, "")}${isArray ? "[]" : ""}`
}

function settingsOfCall(fields: Fields): readonly ValueSetting[] {
  const names = stringsOf(fields["funcname"])
  const name = names.at(-1) ?? ""
  const given = listOf(fields["args"])
  if ((names.at(-2) ?? "pg_catalog") !== "pg_catalog") return []
  if (formatting.has(name)) return settingsOfFormat(constantText(given.at(-1)))
  if (quoting.has(name)) return ["quote_all_identifiers"]
  const without = textSearch[name]
  if (without !== undefined) return lacksConfiguration(given, without) ? ["default_text_search_config"] : []
  return settingsOfType(name) // money(…) is a cast as well
}

/** ts_headline has options too, at its end: of three arguments a configuration is told by standing there as a text. */
function lacksConfiguration(given: readonly unknown[], without: number): boolean {
  if (given.length <= without) return true
  return (
    without === 2 && given.length === 3 && constantText(fieldsOf(given[0], "TypeCast")?.["arg"] ?? given[0]) === null
  )
}

/** Patterns of dates and of numbers are told apart by letters that only the former have. Null: any pattern. */
function settingsOfFormat(format: string | null): readonly ValueSetting[] {
  if (format === null) return ["lc_monetary", "lc_numeric", "lc_time"]
  if (/TM/i.test(format)) return ["lc_time"]
  if (/[YWQJ]|CC|DAY|DD|HH|MM|MON/i.test(format)) return []
  return [
    ...(/L/i.test(format) ? (["lc_monetary"] as const) : []),
    ...(/[DG]/i.test(format) ? (["lc_numeric"] as const) : []),
  ]
}

function constantText(node: unknown): string | null {
  const value = fieldsOf(node, "A_Const")?.["sval"]
  const text = value === null || typeof value !== "object" ? null : (value as Fields)["sval"]
  return typeof text === "string" ? text : null
}

function isNullEquality({ name, lexpr, rexpr }: Fields): boolean {
  const isNull = (node: unknown): boolean => fieldsOf(node, "A_Const")?.["isnull"] === true
  return stringOf(listOf(name).at(-1)) === "=" && (isNull(lexpr) || isNull(rexpr))
}

/** `text @@ …` makes a tsvector of the text by itself. */
function isTextMatch({ name, lexpr }: Fields, columnType: (node: unknown) => string | null): boolean {
  const sign = stringOf(listOf(name).at(-1)) ?? ""
  return (sign === "@@" || sign === "@@@") && (constantText(lexpr) !== null || texts.test(columnType(lexpr) ?? ""))
}
