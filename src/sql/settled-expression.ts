import type { Surroundings } from "./expression-settings.ts"
import { expressionTree } from "./expression.ts"
import { fieldsOf, listOf, stringsOf, walk } from "./tree.ts"
import type { Fields } from "./tree.ts"

/** Types whose values are printed and read alike whatever a session has set: as format_type prints them, and by their own names. */
const settledTypes =
  /^(?:text|character varying|varchar|character|bpchar|name|boolean|bool|smallint|int2|integer|int4|bigint|int8|numeric|uuid)(?:\([0-9, ]+\))?$/

/**
 * PostgreSQL's own functions that make such values of such values. Those over numbers aren't among them: of an integer, or
 * of a number in quotes, many make a double precision, whose digits depend on a setting.
 */
const settledFunctions: ReadonlySet<string> = new Set(
  `ascii bit_length btrim char_length character_length chr concat concat_ws initcap left length lower lpad ltrim md5
   octet_length overlay position regexp_replace repeat replace reverse right rpad rtrim split_part starts_with strpos substr
   substring translate upper`.split(/\s+/),
)

/** Among such types each of them gives one of them; `^` would give a double precision. */
const settledOperators: ReadonlySet<string> = new Set(
  "|| = <> != < > <= >= + - * / % ~ ~* !~ !~* ~~ ~~* !~~ !~~*".split(" "),
)

const settledKinds: ReadonlySet<string> = new Set(
  `A_Const A_Expr BooleanTest BoolExpr CaseExpr CaseWhen CoalesceExpr CollateClause ColumnRef FuncCall List MinMaxExpr
   NullTest String TypeCast`.split(/\s+/),
)

/**
 * Whether the expression's value is the same under every setting of a session: where all that it reads, calls and makes is
 * known to be. Rather no than wrongly yes.
 */
export function isSettled(text: string, { typeOf, target }: Surroundings): boolean {
  if (target === null || !isSettledType(target)) return false
  let isSettledSoFar = true
  walk(expressionTree(text), (kind, fields) => {
    // The grammar's fields of a fixed type begin with a small letter.
    const isKnown = kind === "typeName" || !/^[A-Z]/.test(kind) || settledKinds.has(kind)
    isSettledSoFar &&= isKnown && isSettledNode(kind, fields, typeOf)
  })
  return isSettledSoFar
}

export function isSettledType(type: string): boolean {
  return settledTypes.test(type)
}

function isSettledNode(kind: string, fields: Fields, typeOf: Surroundings["typeOf"]): boolean {
  switch (kind) {
    case "ColumnRef":
      return isSettledType(typeOf(stringsOf(fields["fields"]).at(-1) ?? "") ?? "")
    case "typeName":
      return listOf(fields["arrayBounds"]).length === 0 && ownName(fields["names"], isSettledType)
    case "FuncCall":
      return ownName(fields["funcname"], (name) => settledFunctions.has(name))
    case "A_Expr":
      return stringsOf(fields["name"]).every((name) => settledOperators.has(name) || sugar.has(name))
    case "A_Const":
      return fieldsOf({ A_Const: fields }, "A_Const")?.["bsval"] === undefined
    default:
      return true
  }
}

/** What stands in the place of an operator for `BETWEEN` and its like. */
const sugar: ReadonlySet<string> = new Set(["BETWEEN", "NOT BETWEEN", "BETWEEN SYMMETRIC", "NOT BETWEEN SYMMETRIC"])

/** A name of pg_catalog's, written with its schema or without: nothing else is on our search_path. */
function ownName(nodes: unknown, isOne: (name: string) => boolean): boolean {
  const names = stringsOf(nodes)
  const name = names.at(-1)
  return name !== undefined && (names.length === 1 || (names.length === 2 && names[0] === "pg_catalog")) && isOne(name)
}
