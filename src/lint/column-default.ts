import type { ColumnDef } from "libpg-query"
import { stringsOf, walk } from "../sql/tree.ts"
import { constraintsOf } from "./table-changes.ts"

/** The functions of a default that give every row the same value: one evaluation, no rewrite. All else may be volatile. */
const sameForAllRows: ReadonlySet<string> = new Set(
  `now transaction_timestamp statement_timestamp current_user session_user current_database current_schema
  to_timestamp make_date make_interval lower upper md5 concat format to_jsonb jsonb_build_object jsonb_build_array
  json_build_object json_build_array array_fill date_trunc timezone`.split(/\s+/),
)

const serialTypes: ReadonlySet<string> = new Set("smallserial serial bigserial serial2 serial4 serial8".split(" "))

/** Does a new row, and each old one, get a value although the INSERT doesn't name the column? */
export function hasValue(column: ColumnDef): boolean {
  if (drawsNumbers(column)) return true
  const kinds = constraintsOf(column).map(({ contype }) => contype)
  return kinds.includes("CONSTR_DEFAULT") || kinds.includes("CONSTR_GENERATED")
}

/** True where the default may differ from row to row. */
export function isVolatileDefault(column: ColumnDef): boolean {
  return constraintsOf(column)
    .filter(({ contype }) => contype === "CONSTR_DEFAULT")
    .some(({ raw_expr }) => {
      let volatile = false
      walk(raw_expr, (kind, fields) => {
        if (kind === "FuncCall" && !sameForAllRows.has(stringsOf(fields["funcname"]).at(-1) ?? "")) volatile = true
      })
      return volatile
    })
}

/** serial or identity. */
export function drawsNumbers(column: ColumnDef): boolean {
  const type = stringsOf(column.typeName?.names).at(-1) ?? ""
  return serialTypes.has(type) || constraintsOf(column).some(({ contype }) => contype === "CONSTR_IDENTITY")
}
