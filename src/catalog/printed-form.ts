import { fieldsOf, listOf } from "../sql/tree.ts"
import type { Fields } from "../sql/tree.ts"

/**
 * A node of the parser's tree as PostgreSQL prints it, where it prints something else than a person writes: IN as
 * `= ANY (ARRAY[…])`, BETWEEN as two comparisons, LIKE as its operator. Other nodes as they are.
 */
export function printedForm(node: Fields): Fields {
  const expression = fieldsOf(node, "A_Expr")
  if (!expression) return node
  const { kind, lexpr } = expression
  const items = listOf(fieldsOf(expression["rexpr"], "List")?.["items"])
  const compare = (operator: string, right: unknown): Fields => ({
    A_Expr: { kind: "AEXPR_OP", name: [{ String: { sval: operator } }], lexpr, rexpr: right },
  })
  switch (kind) {
    case "AEXPR_LIKE":
    case "AEXPR_ILIKE":
      return { A_Expr: { ...expression, kind: "AEXPR_OP" } }
    case "AEXPR_IN":
      return items.length === 1
        ? { A_Expr: { ...expression, kind: "AEXPR_OP", rexpr: items[0] } }
        : { A_Expr: { ...expression, kind: anyOrAll(expression), rexpr: { A_ArrayExpr: { elements: items } } } }
    case "AEXPR_BETWEEN":
      return { BoolExpr: { boolop: "AND_EXPR", args: [compare(">=", items[0]), compare("<=", items[1])] } }
    case "AEXPR_NOT_BETWEEN":
      return { BoolExpr: { boolop: "OR_EXPR", args: [compare("<", items[0]), compare(">", items[1])] } }
    default:
      return node
  }
}

function anyOrAll({ name }: Fields): string {
  return JSON.stringify(name).includes('"<>"') ? "AEXPR_OP_ALL" : "AEXPR_OP_ANY"
}
