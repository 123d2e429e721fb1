import { SqlSyntaxError, parseTree } from "../../sql/engine.ts"
import { fieldsOf, listOf, stringsOf } from "../../sql/tree.ts"
import type { IndexOption } from "./spec.ts"

/**
 * `fillfactor = 70, deduplicate_items = off`, as it stands between the parentheses of WITH, read with PostgreSQL's
 * own grammar; null where it is something else. Values as PostgreSQL keeps them, an option without value is true.
 */
export function readOptions(text: string): readonly IndexOption[] | null {
  const items = listOf(definitionList(text)).map((item) => optionOf(fieldsOf(item, "DefElem") ?? {}))
  const options = items.filter((item) => item !== null)
  return options.length > 0 && options.length === items.length ? options : null
}

function definitionList(text: string): unknown {
  try {
    const statements = parseTree(`CREATE INDEX i ON t (c) WITH (${text}\n)`)
    const fields = statements.length === 1 ? fieldsOf(statements[0]?.node, "IndexStmt") : null
    const isMore = ["tableSpace", "whereClause"].some((key) => fields?.[key] !== undefined)
    return isMore ? null : fields?.["options"]
  } catch (error) {
    if (error instanceof SqlSyntaxError) return null
    throw error
  }
}

function optionOf(definition: Readonly<Record<string, unknown>>): IndexOption | null {
  const { defname, defnamespace, arg } = definition
  const value = arg === undefined ? "true" : valueOf(arg)
  return typeof defname === "string" && defnamespace === undefined && value !== null ? [defname, value] : null
}

function valueOf(arg: unknown): string | null {
  const integer = fieldsOf(arg, "Integer")
  // Protocol buffers leave zero out.
  if (integer) return String(integer["ival"] ?? 0)
  const text = fieldsOf(arg, "Float")?.["fval"] ?? fieldsOf(arg, "String")?.["sval"]
  // A bare word such as off is read as a type's name.
  const value = text ?? stringsOf(fieldsOf(arg, "TypeName")?.["names"]).join(".")
  return typeof value === "string" && value !== "" ? value : null
}
