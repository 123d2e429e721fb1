import type { ColumnDef, CreateStmt } from "libpg-query"
import { stringsOf } from "../sql/tree.ts"
import { constraintsOf } from "./table-changes.ts"

const small: ReadonlySet<string> = new Set("int2 int4 smallserial serial serial2 serial4".split(" "))

/** The columns of a new table's primary key that hold only 16 or 32 bits, where the key is a single column. */
export function smallKeys({ tableElts }: CreateStmt): readonly string[] {
  const columns = (tableElts ?? []).flatMap((node) => ("ColumnDef" in node ? [node.ColumnDef] : []))
  const keys = (tableElts ?? []).flatMap((node) => {
    if (!("Constraint" in node) || node.Constraint.contype !== "CONSTR_PRIMARY") return []
    const names = stringsOf(node.Constraint.keys)
    // In a key of several columns a small one is often right (a year, a line's number).
    return names.length === 1 ? names : []
  })
  return columns.filter((column) => isSmall(column) && isKey(column, keys)).map(({ colname }) => colname ?? "")
}

function isSmall(column: ColumnDef): boolean {
  return small.has(stringsOf(column.typeName?.names).at(-1) ?? "")
}

function isKey(column: ColumnDef, keys: readonly string[]): boolean {
  return (
    keys.includes(column.colname ?? "") || constraintsOf(column).some(({ contype }) => contype === "CONSTR_PRIMARY")
  )
}
