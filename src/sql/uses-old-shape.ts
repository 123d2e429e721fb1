import type { OldShape } from "../domain/old-shape.ts"
import { SqlSyntaxError, parseTree } from "./engine.ts"
import { OldShapeReader } from "./old-shape-reader.ts"
import { ownMark } from "./own-statement.ts"
import { fieldsOf } from "./tree.ts"
import type { Fields } from "./tree.ts"

/**
 * Whether a statement that an application has run, with `$1` where its values were or with them, uses the old shape: it
 * names a table and a column that contract takes away, or a version schema that contract hides. What can't be told
 * doesn't count: `SELECT *`, an INSERT without a list of columns, a column whose name the new shape has as well, and a
 * text that doesn't parse, because it was cut or is of another grammar. Nor do statements of our own.
 */
export function usesOldShape(text: string, shape: OldShape): boolean {
  if (text.includes(ownMark)) return false
  try {
    return parseTree(text).some(({ node }) => new OldShapeReader(shape).reads(queryOf(node)))
  } catch (error) {
    // A hostile text nests deeper than the machine's stack.
    if (error instanceof SqlSyntaxError || error instanceof RangeError) return false
    throw error
  }
}

/** Statements that carry a query whose names are looked up when they run. EXPLAIN is a person's. */
const carriers = ["DeclareCursorStmt", "PrepareStmt", "CreateTableAsStmt"] as const
const queries = ["SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"] as const

/** The part of a statement that works on rows: nothing of DDL, maintenance and settings. */
function queryOf(node: unknown): unknown {
  for (const kind of carriers) {
    const carrier = fieldsOf(node, kind)
    if (carrier) return carrier["query"]
  }
  const copy = fieldsOf(node, "CopyStmt")
  if (copy) return copiedInto(copy)
  return queries.some((kind) => fieldsOf(node, kind) !== null) ? node : null
}

/**
 * `COPY t (a, b) FROM` writes as an INSERT does. A `COPY t (a, b) TO` isn't told from that of pg_dump, which names
 * whatever columns there are.
 */
function copiedInto(copy: Fields): unknown {
  if (copy["query"] !== undefined) return copy["query"]
  if (copy["is_from"] !== true) return null
  const columns = Array.isArray(copy["attlist"]) ? (copy["attlist"] as readonly unknown[]) : []
  const cols = columns.map((column) => ({ ResTarget: { name: fieldsOf(column, "String")?.["sval"] } }))
  return { InsertStmt: { relation: copy["relation"], cols } }
}
